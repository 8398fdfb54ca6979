# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion for ttlpinctl: commands, their words, and live values.
_ttlpinctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} command='' i words=''

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-N|--netns) i=$((i + 1)) ;;
		-*) ;;
		*) command=${COMP_WORDS[i]}; break ;;
		esac
	done
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	-N|--netns) words=$(ip netns list 2> /dev/null | cut -d ' ' -f 1) ;;
	del) words=$(ttlpinctl whitelist 2> /dev/null) ;;
	--phase) words='syn-sent opening talking closing' ;;
	*)
		case $command in
		'') words='-j --json -N --netns status stats whitelist flows events config' ;;
		stats) words='--reset --prometheus' ;;
		whitelist) words='list add del flush' ;;
		flows) words='list --peer --phase' ;;
		events) words='--count' ;;
		config) words=$(ttlpinctl config 2> /dev/null | cut -d ' ' -f 1) ;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _ttlpinctl ttlpinctl
