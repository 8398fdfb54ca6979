# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Two real MTAs: Postfix on the inside host, OpenSMTPD on the outside host.
# $inside and $outside name their namespaces, if those are not called so.

MAIL_LOG=/var/log/postfix.log
MAILBOX=/tmp/mailbox

postfix_start()
{
	# debconf leaves no configuration behind: this is all that is needed.
	cat > /etc/postfix/main.cf <<- END
		compatibility_level = 3.6
		myhostname = livedoor.example
		mydestination =
		relayhost = [203.0.113.25]
		inet_interfaces = loopback-only
		inet_protocols = ipv4
		smtp_dns_support_level = disabled
		smtp_host_lookup = native
		smtp_tls_security_level = none
		smtpd_relay_restrictions = permit_mynetworks, reject
		maillog_file = $MAIL_LOG
		maillog_file_permissions = 0644
		minimal_backoff_time = 4s
		queue_run_delay = 4s
		double_bounce_sender = nobody
		bounce_queue_lifetime = 0
		alias_maps =
		alias_database =
		notify_classes =
	END
	sed -e '/^#/d' -e '/^[a-z]/s/  *y  */ n /2' /usr/share/postfix/master.cf.dist |
		awk '/^[a-z]/ { $5 = "n" } { print }' > /etc/postfix/master.cf
	grep -q '^postlog' /etc/postfix/master.cf ||
		echo 'postlog unix-dgram n - n - 1 postlogd' >> /etc/postfix/master.cf
	sed -i '/^smtp *inet/d' /etc/postfix/master.cf
	: > "$MAIL_LOG"
	local dir
	for dir in active bounce corrupt defer deferred flush hold incoming \
			private saved trace maildrop public pid; do
		mkdir -p /var/spool/postfix/$dir
	done
	(cd /var/spool/postfix &&
		chown postfix active bounce corrupt defer deferred flush hold \
			incoming private saved trace &&
		chown postfix:postdrop maildrop public &&
		chmod 730 maildrop && chmod 710 public && chmod 700 private)
	mkdir -p /var/lib/postfix && chown postfix /var/lib/postfix
	ip netns exec "${inside:-inside}" /usr/lib/postfix/sbin/master -w
}

opensmtpd_start()
{
	mkdir -p "$MAILBOX" && chown jimgreen "$MAILBOX"
	# There is no DNS: names are in the file, and no server is waited for.
	echo '192.0.2.10 livedoor.example' >> /etc/hosts
	printf 'lookup file\nnameserver 127.0.0.1\noptions timeout:1 attempts:1\n' \
		> /etc/resolv.conf
	cat > /tmp/smtpd.conf <<- END
		listen on 203.0.113.25 port 25 hostname neptune.example
		action "box" maildir "$MAILBOX"
		match from any for domain "neptune.example" action "box"
	END
	mkdir -p /var/empty
	install -d -m 711 /var/spool/smtpd
	ip netns exec "${outside:-outside}" /usr/sbin/smtpd -d -f /tmp/smtpd.conf \
		> /tmp/smtpd.log 2>&1 &
}

# A mail with a subject, to the user who got none.
mail_send()
{
	printf 'From: <sales@livedoor.example>\nTo: <jimgreen@neptune.example>\nSubject: %s\n\nHello.\n' "$1" |
		ip netns exec "${inside:-inside}" /usr/sbin/sendmail -f sales@livedoor.example \
			jimgreen@neptune.example
}

mailbox_has()
{
	grep -rqs "^Subject: $1\$" "$MAILBOX/new"
}
