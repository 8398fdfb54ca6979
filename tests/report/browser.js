// SPDX-License-Identifier: GPL-2.0
// The report's pages in Chromium; see the script browser beside this.
"use strict";
const fs = require("fs");
const path = require("path");
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [folder, ...names] = process.argv.slice(2);
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync"];
const sizes = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };
let tests = 0, failures = 0;

function ok(name, complaints) {
	tests++;
	failures += complaints.length > 0;
	console.log(`${complaints.length ? "not ok" : "ok"} ${tests} ${name}`);
	for (const complaint of complaints)
		console.log(`# ${complaint}`);
}

const url = name => "file://" + path.resolve(folder, name + ".html");

async function open(browser, name, options) {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	const said = [];

	page.on("console", message => said.push(`it says: ${message.text()}`));
	page.on("pageerror", error => said.push(`it fails: ${error.message}`));
	page.on("dialog", dialog => { said.push("it asks"); dialog.dismiss(); });
	page.on("request", request => {
		if (request.url() !== url(name))
			said.push(`it fetches ${request.url()}`);
	});
	await page.goto(url(name));
	return { context, page, said };
}

// What stands out of the page, or of its own box, sideways.
function overflowing() {
	const wide = [], right = document.documentElement.clientWidth;

	if (document.documentElement.scrollWidth > right)
		wide.push(`the page is ${document.documentElement.scrollWidth} wide, not ${right}`);
	for (const element of document.querySelectorAll("body *:not(svg, svg *, .hidden, .skip)")) {
		const box = element.getBoundingClientRect();

		if (box.right > right + .5 || box.left < -.5)
			wide.push(`${element.tagName}.${element.className} ends at ${box.right}`);
	}
	return wide.slice(0, 5);
}

// Each forged row: a colour of its own, a word, and an arrow that begins between.
function ladder() {
	const bad = [], colour = element => element && getComputedStyle(element).color;
	const genuine = colour(document.querySelector(".row.genuine code"));

	for (const row of document.querySelectorAll(".row.forged")) {
		const arrow = row.querySelector(".arrow").getBoundingClientRect();
		const said = row.querySelector(".said").getBoundingClientRect();
		const own = colour(row.querySelector("code, .flags"));

		if (own === genuine)
			bad.push(`a forged segment has the colour of a genuine one, ${own}`);
		if (!row.querySelector(".badge"))
			bad.push("a forged segment is not called so");
		if (arrow.width > said.width - 10 || arrow.left > said.left + 2)
			bad.push(`a forged arrow is ${arrow.width} of ${said.width} long`);
	}
	return bad;
}

async function look(browser, name, size, colorScheme) {
	const { context, page, said } = await open(browser, name, { viewport: sizes[size], colorScheme });
	const where = `${name}, ${size}, ${colorScheme}`;

	ok(`${where}: nothing stands out`, await page.evaluate(overflowing));
	ok(`${where}: the ladder`, await page.evaluate(ladder));
	await page.screenshot({ path: path.join(folder, `${name}-${size}-${colorScheme}.png`),
				fullPage: true });
	ok(`${where}: nothing fetched, nothing said`, said);
	await context.close();
}

async function judge(browser, name, colorScheme) {
	const { context, page } = await open(browser, name, { viewport: sizes.phone, colorScheme,
							      bypassCSP: true });

	await page.evaluate(() => {
		for (const details of document.querySelectorAll("details"))
			details.open = true;
	});
	await page.evaluate(axe);
	const result = await page.evaluate(() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a",
		"wcag21aa", "wcag22aa", "best-practice"] }));
	ok(`${name}, ${colorScheme}: axe finds nothing`, result.violations.flatMap(violation =>
		violation.nodes.slice(0, 3).map(node =>
			`${violation.id}: ${node.target} ${node.failureSummary.replace(/\n/g, " ")}`)));
	await context.close();
}

async function withoutScript(browser, name) {
	const text = [];

	for (const javaScriptEnabled of [true, false]) {
		const { context, page } = await open(browser, name, { viewport: sizes.phone, javaScriptEnabled });

		text.push(await page.locator("body").innerText());
		await context.close();
	}
	ok(`${name}: the same without script`, text[0] === text[1] && text[0].length > 100 ? [] : ["it differs"]);
}

async function locked(browser, name) {
	const { context, page } = await open(browser, name, {});
	const ran = await page.evaluate(() => {
		const script = document.createElement("script");

		script.textContent = "window.ran = true";
		document.body.append(script);
		document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = true'>");
		return new Promise(resolve => setTimeout(() => resolve(window.ran), 300));
	});

	ok(`${name}: the policy keeps a foreign script from running`, ran ? ["it ran"] : []);
	ok(`${name}: the title is its own`, /^\d+ forged segment/.test(await page.title()) ? [] : [await page.title()]);
	await context.close();
}

async function print(browser, name) {
	const { context, page } = await open(browser, name, { colorScheme: "dark" });

	await page.pdf({ path: path.join(folder, `${name}.pdf`), format: "A4", printBackground: true });
	const open_ = await page.evaluate(() => [...document.querySelectorAll("details")].every(d => d.open));
	await page.emulateMedia({ media: "print" });
	const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);

	ok(`${name}: on paper it is dark on white, and unfolded`, [
		...(open_ ? [] : ["something is folded away"]),
		...(paper === "rgb(255, 255, 255)" ? [] : [`the paper is ${paper}`])]);
	await context.close();
}

(async () => {
	const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: flags });

	for (const name of names) {
		for (const size of Object.keys(sizes))
			for (const colorScheme of ["light", "dark"])
				await look(browser, name, size, colorScheme);
		for (const colorScheme of ["light", "dark"])
			await judge(browser, name, colorScheme);
		await withoutScript(browser, name);
		await locked(browser, name);
		await print(browser, name);
	}
	await browser.close();
	console.log(`1..${tests}`);
	process.exit(failures ? 1 : 0);
})();
