// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/ttlpin_storm: who writes "FD SEED PACKETS" there has so many packets sent
 * through the hooks of the namespace whose file it holds open, and reads what came
 * of them, NAME VALUE a line.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include "storm.h"

static DEFINE_MUTEX(storm_mutex);
static struct storm_counts last;	/* under storm_mutex */

static ssize_t storm_write(struct file *file, const char __user *buf, size_t len,
			   loff_t *pos)
{
	struct net *net;
	char line[64];
	u32 packets;
	u64 seed;
	int fd, ret;

	if (len >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, len))
		return -EFAULT;
	line[len] = '\0';
	if (sscanf(line, "%d %llu %u", &fd, &seed, &packets) != 3)
		return -EINVAL;
	net = get_net_ns_by_fd(fd);
	if (IS_ERR(net))
		return PTR_ERR(net);
	mutex_lock(&storm_mutex);
	ret = storm_drive(net, seed, packets, &last);
	mutex_unlock(&storm_mutex);
	put_net(net);
	return ret ? ret : len;
}

static int storm_show(struct seq_file *seq, void *unused)
{
	mutex_lock(&storm_mutex);
	seq_printf(seq, "sent %llu\narrived %llu\nleft %llu\nseen %llu\n",
		   last.sent, last.arrived, last.left, last.seen);
	seq_printf(seq, "malformed %llu\nnested %llu\nfailed %llu\nns %llu\n",
		   last.malformed, last.nested, last.failed, last.ns);
	mutex_unlock(&storm_mutex);
	return 0;
}

static int storm_open(struct inode *inode, struct file *file)
{
	return single_open(file, storm_show, NULL);
}

static const struct proc_ops storm_proc = {
	.proc_open = storm_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = storm_write,
};

static int __init storm_init(void)
{
	return proc_create("ttlpin_storm", 0600, NULL, &storm_proc) ? 0 : -ENOMEM;
}

static void __exit storm_exit(void)
{
	remove_proc_entry("ttlpin_storm", NULL);
}

module_init(storm_init);
module_exit(storm_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Sends random and mutated segments through netfilter's hooks");
