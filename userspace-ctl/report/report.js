// SPDX-License-Identifier: GPL-2.0
// The page is whole without this. What is folded away is unfolded on paper.
"use strict";
addEventListener("beforeprint", () => {
	for (const details of document.querySelectorAll("details"))
		details.open = true;
});
