# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion for ttlpinctl in bash. What may follow is asked from the tool itself:
# its --help has a line for each word, its lists have the live values.

# Words that --help has lines for: commands, or what follows one.
_ttlpinctl_words()
{
	ttlpinctl "$@" --help 2> /dev/null |
		sed -n 's/^  \(\(-., \)\{0,1\}[a-z-][a-z_, -]*\).*/\1/p' |
		awk '{ n = split($0, part, "  "); gsub(",", "", part[1])
			m = split(part[1], word, " ")
			for (i = 1; i <= m; i++) print word[i] }'
}

# Values of the setting $1: its words, or the ends of its range and what it is.
_ttlpinctl_values()
{
	ttlpinctl config --help 2> /dev/null | awk -v name="$1" '$1 == name {
		sub(/^ *[a-z_]+ */, "")
		if (match($0, /^[0-9]+\.\.[0-9]+/)) {
			split(substr($0, 1, RLENGTH), end, /\.\./)
			print end[1]; print end[2]
		} else if (/ bits /) {
			print 0
		} else if (!/^up to/) {
			gsub(/,| or /, " ")
			n = split($0, word, " ")
			for (i = 1; i <= n; i++) print word[i]
		}
	}'
	ttlpinctl "${@:2}" config "$1" 2> /dev/null
}

_ttlpinctl()
{
	local line=${COMP_LINE:0:COMP_POINT} word='' command='' what='' before='' i
	local -a words=() netns=() reply=()

	# Words as the tool gets them: bash also parts them at : and =.
	read -r -a words <<< "$line"
	if [[ $line != *[[:space:]] ]]; then
		word=${words[-1]}
		unset 'words[-1]'
	fi
	for ((i = 1; i < ${#words[@]}; i++)); do
		case ${words[i]} in
		-N|--netns) netns=(-N "${words[i + 1]:-}"); i=$((i + 1)) ;;
		-*) ;;
		*)
			if [ -z "$command" ]; then
				command=${words[i]}
			elif [ -z "$what" ]; then
				what=${words[i]}
			fi
			;;
		esac
	done
	before=${words[-1]}
	case $before/$command/$what/$word in
	--pcap/* | --output/* | --check/config/* | --load/config/* | --whitelist/* | --maillog/* | \
		--html/* | --capture/* | --traceroute/* | --geoip/* | */whitelist/load/* | \
		*/whitelist/check/* | */whitelist/save/* | */analyze/*/[!-]* | */analyze/*/ | */apply/*/[!-]*)
		# Names are whatever somebody called a file: they are never expanded.
		compopt -o filenames 2> /dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	esac
	mapfile -t reply < <(
		case $before/$command/$what/$word in
		-N/* | --netns/*) ip netns list 2> /dev/null | cut -d ' ' -f 1 ;;
		--peer/* | */whitelist/add/*) ;;
		--phase/*) printf '%s\n' syn-sent opening talking closing ;;
		*///*) _ttlpinctl_words; printf '%s\n' --json --netns --version --help ;;
		*/whitelist/del/*) ttlpinctl "${netns[@]}" whitelist 2> /dev/null ;;
		del/flows/del/*) ttlpinctl "${netns[@]}" flows 2> /dev/null | awk 'NR > 1 { print $2 }' ;;
		*/flows/del/*)
			ttlpinctl "${netns[@]}" flows 2> /dev/null |
				awk -v local="$before" '$2 == local { print $1 }'
			;;
		*/config/*/*=*)
			_ttlpinctl_values "${word%%=*}" "${netns[@]}" |
				while IFS= read -r line; do
					printf '%s=%s\n' "${word%%=*}" "$line"
				done
			;;
		*) _ttlpinctl_words "$command" ;;
		esac | sort -u)
	# A setting is read by its name, or written with = behind it.
	[ "$command" != config ] || compopt -o nospace 2> /dev/null
	# What bash takes for the word begins behind the last : or =.
	i=${word%"${word##*[:=]}"}
	COMPREPLY=()
	for line in "${reply[@]}"; do
		[[ $line != "$word"* ]] || COMPREPLY+=("${line#"$i"}")
	done
}
complete -F _ttlpinctl ttlpinctl
