#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Completion in bash and zsh, with live values.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq
folder=$here/../../completion
[ -e "$folder/ttlpinctl.bash" ] || skip_all "no completion/ttlpinctl.bash"
setup_gateway
need_module

flows()
{
	ctl whitelist add 192.0.2.0/24 198.51.100.7 2001:db8:9::/48 || return 1
	ctl config tolerance=7
	play <<- 'END' && play <<- 'END6'
		> S 1000
		< S. 7000 ack=1001 ttl=50
	END
		set family 6
		> S 1000
		< S. 7000 ack=1001 ttl=50
	END6
}
ok "something to complete" flows
four=$(ctl -j flows | jq -r '.[] | select(.local.addr == "192.0.2.10") | "\(.local.addr):\(.local.port)"')
six=$(ctl -j flows | jq -r '.[] | select(.local.addr != "192.0.2.10") | "[\(.local.addr)]:\(.local.port)"')

# What bash would offer, as it parts words; $1 up to the cursor.
in_bash()
{
	bash --norc -c '. "$1"; COMP_LINE=$2; COMP_POINT=${#2}; _ttlpinctl 2>&1
		printf "%s\n" "${COMPREPLY[@]}"' bash "$folder/ttlpinctl.bash" "$1" |
		grep . | sort | tr '\n' ' '
}
# What zsh would, from its own completion system in a terminal of its own.
cat > "$tmp/zshrc" << END
fpath=($folder \$fpath)
autoload -U compinit && compinit -d $tmp/zcompdump -u
zstyle ':completion:*' list-prompt ''
zstyle ':completion:*' menu no
LISTMAX=0
# The candidates instead of a list of them.
compadd() {
	local -a reply
	builtin compadd -O reply "\$@"
	print -rl -- "\${reply[@]}" >> $tmp/zsh-said
	builtin compadd "\$@"
}
END
in_zsh()
{
	: > "$tmp/zsh-said"
	ZDOTDIR=$tmp zsh -f -c '
		zmodload zsh/zpty
		zpty -b z "ZDOTDIR='"$tmp"' TERM=dumb zsh -f -i"
		zpty -w z "PS1=\"ready> \"; source '"$tmp"'/zshrc; print set-up"
		for i in {1..200}; do zpty -r -m z out "*set-up*set-up*" && break; sleep 0.05; done
		zpty -w -n z "$1"$'"'\\t'"'
		for i in {1..200}; do
			[[ -s '"$tmp"'/zsh-said ]] && break
			zpty -t z && zpty -r z out
			sleep 0.02
		done
		sleep 0.1
		zpty -d z' zsh "$1" > "$tmp/zsh-log" 2>&1
	sort -u "$tmp/zsh-said" | grep -v '^$' | tr '\n' ' '
}

# offers SHELL LINE CANDIDATE...
offers()
{
	local shell=$1 line=$2 got
	shift 2
	got=$(in_"$shell" "$line")
	[ "$got" = "$(printf '%s\n' "$@" | grep . | sort | tr '\n' ' ')" ] ||
		{ echo "got: $got"; [ "$shell" = bash ] || tail -n 5 "$tmp/zsh-log"; return 1; }
}
shells=bash
if command -v zsh > /dev/null; then
	shells='bash zsh'
fi
for shell in $shells; do
	ok "$shell: a command" offers $shell "ttlpinctl sta" stats status
	ok "$shell: what follows a command" offers $shell "ttlpinctl whitelist " \
		add check del flush list load save
	ok "$shell: an option of a command" offers $shell "ttlpinctl stats --p" --prometheus
	ok "$shell: a namespace" offers $shell "ttlpinctl -N gate" "$gateway"
	ok "$shell: prefixes of the whitelist" offers $shell \
		"ttlpinctl -N $gateway whitelist del 19" 192.0.2.0/24 198.51.100.7/32
	ok "$shell: another namespace has none" offers $shell \
		"ttlpinctl -N $inside whitelist del 19" ''
	ok "$shell: phases" offers $shell "ttlpinctl flows --phase " syn-sent opening talking closing
	ok "$shell: settings" offers $shell "ttlpinctl config max" max_flows
	ok "$shell: flows of IPv4" offers $shell "ttlpinctl -N $gateway flows del 192" \
		"$four"
	ok "$shell: the peer of a flow" offers $shell \
		"ttlpinctl -N $gateway flows del $four 203.0.113.25:" \
		"$([ $shell = bash ] && echo 25 || echo 203.0.113.25:25)"
done
# bash replaces what stands behind the last : or = only.
ok "bash: words of a setting" offers bash "ttlpinctl config mode=" off monitor enforce
ok "bash: the range of a setting, and what it is" offers bash \
	"ttlpinctl -N $gateway config tolerance=" 0 32 7
ok "bash: the rest of a prefix with colons" offers bash \
	"ttlpinctl -N $gateway whitelist del 2001:db8:" 9::/48
ok "bash: the rest of a flow of IPv6" offers bash \
	"ttlpinctl -N $gateway flows del [2001:db8:1::10]:" "${six##*:}"
# Files, whose names are whatever somebody called them: nothing in them is expanded.
mkdir "$tmp/files"
# shellcheck disable=SC2016 # as it stands
file='a$(touch${IFS}PWNED)b'
: > "$tmp/files/$file"
offers_file()
{
	(cd "$tmp/files" && offers "$1" "$2" "$file") &&
		[ "$(ls -A "$tmp/files")" = "$file" ] || { ls -A "$tmp/files"; return 1; }
}
for line in "whitelist load " "whitelist check " "whitelist save a" "events --pcap " \
		"analyze " "analyze other a" "analyze --maillog " "analyze --html a" \
		"locate --capture " "locate --traceroute " "apply a" "config --load " \
		"config --check " "stats --prometheus --output "; do
	ok "bash: a file for '$line'" offers_file bash "ttlpinctl $line"
done
ok "bash: what is installed is complete" grep -q '^complete -F _ttlpinctl ttlpinctl$' \
	"$folder/ttlpinctl.bash"
if [ "$shells" != bash ]; then
	ok "zsh: words of a setting" offers zsh "ttlpinctl config mode=" off monitor enforce
	ok "zsh: the range of a setting, and what it is" offers zsh \
		"ttlpinctl -N $gateway config tolerance=" 0 32 7
	ok "zsh: a prefix with colons" offers zsh \
		"ttlpinctl -N $gateway whitelist del 2001:db8:" 2001:db8:9::/48
	: > "$tmp/files/capture"
	zsh_file()
	{
		(cd "$tmp/files" && in_zsh "ttlpinctl $1" | grep -qw capture) &&
			[ ! -e "$tmp/files/PWNED" ] || { cat "$tmp/zsh-said"; return 1; }
	}
	for line in "whitelist load " "events --pcap c" "analyze c" "locate --capture c" \
			"apply c" "config --load c" "stats --output c"; do
		ok "zsh: a file for '$line'" zsh_file "$line"
	done
fi
# Every command has words or none, but never an error.
for command in $(ttlpinctl --help | sed -n 's/^  \([a-z]*\).*/\1/p'); do
	ok "bash: '$command ' is no error" eval '! in_bash "ttlpinctl $command " | grep -qi -e error -e usage'
done
finish
