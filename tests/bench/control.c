// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/ttlpin_bench: who writes a line there has something measured in the
 * namespace whose file it holds open, and reads the result.
 *
 *	device FD NAME FLOWS
 *	latency FD MS
 *	run FD KIND FAMILY TS CPUS FLOWS PACKETS [FIRST]
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include "bench.h"

static DEFINE_MUTEX(bench_mutex);
static struct bench_run last;	/* what was measured; under bench_mutex */

static const char *const kinds[BENCH_KINDS] = {
	[BENCH_UDP] = "udp",
	[BENCH_OTHER] = "other",
	[BENCH_NEW] = "new",
	[BENCH_SEGMENT] = "segment",
	[BENCH_FORGED_SEGMENT] = "forged",
	[BENCH_OUTBOUND] = "outbound",
	[BENCH_SYN] = "syn",
	[BENCH_FORGED_SYNACK] = "forged-synack",
	[BENCH_FORGED_RST] = "forged-rst",
};

static int do_run(struct net *net, const char *args)
{
	struct bench_run *run = &last;
	u32 family, ts;
	char kind[16];
	int ret;

	memset(run, 0, sizeof(*run));
	run->net = net;
	if (sscanf(args, "%15s %u %u %u %u %u %u", kind, &family, &ts,
		   &run->cpus, &run->flows, &run->packets, &run->first) < 6)
		return -EINVAL;
	ret = match_string(kinds, BENCH_KINDS, kind);
	if (ret < 0)
		return ret;
	if ((family != 4 && family != 6) || !run->cpus || !run->packets ||
	    run->flows < 2 || run->flows > 16000000 ||
	    run->first > 16000000 - run->flows)
		return -ERANGE;
	run->kind = ret;
	run->family = family;
	run->ts = ts;
	return bench_drive(run);
}

static int do_latency(const char *args)
{
	int ret;

	memset(&last, 0, sizeof(last));
	ret = kstrtouint(args, 10, &last.packets);
	return ret ? ret : bench_latency(&last);
}

static int do_device(struct net *net, const char *args)
{
	char name[16];
	u32 flows;

	if (sscanf(args, "%15s %u", name, &flows) != 2)
		return -EINVAL;
	return bench_device_set(net, name, flows);
}

static int execute(const char *line)
{
	struct net *net;
	char verb[16];
	int ret, fd, at;

	if (sscanf(line, "%15s %d %n", verb, &fd, &at) != 2)
		return -EINVAL;
	net = get_net_ns_by_fd(fd);
	if (IS_ERR(net))
		return PTR_ERR(net);
	mutex_lock(&bench_mutex);
	if (!strcmp(verb, "run"))
		ret = do_run(net, line + at);
	else if (!strcmp(verb, "latency"))
		ret = do_latency(line + at);
	else if (!strcmp(verb, "device"))
		ret = do_device(net, line + at);
	else
		ret = -EINVAL;
	mutex_unlock(&bench_mutex);
	put_net(net);
	return ret;
}

static ssize_t bench_write(struct file *file, const char __user *buf,
			   size_t len, loff_t *pos)
{
	char line[128];
	int ret;

	if (len >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, len))
		return -EFAULT;
	line[len] = '\0';
	ret = execute(line);
	return ret ? ret : len;
}

static int bench_show(struct seq_file *seq, void *unused)
{
	u32 i;

	mutex_lock(&bench_mutex);
	seq_printf(seq, "%llu %llu %llu", last.best, last.mean, last.accepted);
	for (i = 0; i < last.nr_slices; i++)
		seq_printf(seq, " %u", last.slice[i]);
	seq_putc(seq, '\n');
	mutex_unlock(&bench_mutex);
	return 0;
}

static int bench_open(struct inode *inode, struct file *file)
{
	return single_open(file, bench_show, NULL);
}

static const struct proc_ops bench_proc = {
	.proc_open = bench_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = bench_write,
};

static int __init bench_init(void)
{
	return proc_create("ttlpin_bench", 0600, NULL, &bench_proc) ? 0 :
								      -ENOMEM;
}

static void __exit bench_exit(void)
{
	remove_proc_entry("ttlpin_bench", NULL);
	bench_device_exit();
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Measures what a segment costs in the netfilter hooks");
