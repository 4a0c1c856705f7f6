using System.Globalization;
using Xunit;

namespace Appliance.SystemTests.Machines;

/// <summary>What hardware/image/README.md promises of a running box, asked of the box itself.</summary>
internal sealed class DebianChecks(VirtualMachine machine)
{
    // Of everything that runs, but for the line of the test: who has a terminal, a serial line or the console open.
    private const string Terminals = """
        for fd in /proc/[0-9]*/fd/*; do
            case $(readlink $fd) in
            /dev/tty*|/dev/console|/dev/pts/*|/dev/hvc*)
                id=${fd#/proc/}; id=${id%%/*}
                grep -qs desk.service /proc/$id/cgroup || echo "$id $(cat /proc/$id/comm) $(readlink $fd)" ;;
            esac
        done
        """;

    // A setting of the package that another file of sysctl.d(5) or the kernel overrules.
    private const string Settings = """
        sed -n 's/^\([a-z0-9_.]*\) = \(.*\)$/\1 \2/p' /usr/lib/sysctl.d/60-appliance.conf | while read -r key value; do
            is=$(cat /proc/sys/$(echo $key | tr . /))
            [ "$is" = "$value" ] || echo "$key is $is, not $value"
        done
        """;

    private const string Crash = """
        cd /var/tmp
        sh -c 'ulimit -c unlimited; kill -SEGV $$' >/dev/null 2>&1
        find / /var /tmp /run -xdev -type f -name 'core*' -newer /run/console.command
        """;

    public void All()
    {
        TheRootIsReadOnlyUnderItsHashTree();
        WhatIsWrittenIsEncrypted();
        NobodyListens();
        NobodyCanLogIn();
        MemoryIsNotShown();
    }

    private void TheRootIsReadOnlyUnderItsHashTree()
    {
        foreach (string path in (string[])["/x", "/etc/x", "/usr/bin/x", "/etc/systemd/system/x.service"])
        {
            Assert.Contains("Read-only file system", Refused($"touch {path}"));
        }

        Assert.NotEqual(0, machine.Run("mount -o remount,rw /").Code);
        Assert.Contains("squashfs ro,", machine.Must("findmnt -no FSTYPE,OPTIONS / | tr -s ' '"));
        string tree = machine.Must("veritysetup status root");
        Assert.Contains("status:      verified", tree);
        Assert.Contains("panic_on_corruption", tree);
    }

    private void WhatIsWrittenIsEncrypted()
    {
        Assert.Equal("/dev/mapper/state ext4", machine.Must("findmnt -no SOURCE,FSTYPE /var | tr -s ' '").Trim());
        Assert.StartsWith("/dev/mapper/state[", machine.Must("findmnt -no SOURCE /etc/appliance"));
        Assert.Contains("LUKS2", machine.Must("cryptsetup status state"));
        // Nothing that can be written is neither in memory nor on the state partition, but for the boot partition,
        // which is open while an image is written or judged, and holds kernels alone.
        string others = machine.Must(
            "findmnt -rno SOURCE,FSTYPE,OPTIONS --real | grep -v '^/dev/mapper/state' | grep -v ' ro[, ]' "
            + "| grep -v '^/dev/vda1 vfat ' || true");
        Assert.Equal("", others);
        Assert.Equal("", machine.Must("tail -n +2 /proc/swaps"));
        foreach (string folder in (string[])["/var", "/run", "/tmp", "/dev/shm"])
        {
            string options = machine.Must($"findmnt -no OPTIONS {folder}");
            Assert.Contains("nosuid", options);
            Assert.Contains("nodev", options);
        }
    }

    // Packet sockets are the daemon's own; nothing else hears the network, loopback included.
    private void NobodyListens()
    {
        Assert.Equal("", machine.Must("ss -Htulnw"));
        string raw = machine.Must("ss -H0lp | grep -v appliance || true");
        Assert.Equal("", raw);
        Assert.Equal("lo", machine.Must("ip -o address | tr -s ' ' | cut -d' ' -f2 | sort -u").Trim());
    }

    private void NobodyCanLogIn()
    {
        Assert.Equal("", machine.Must(Terminals));
        Assert.Equal("", machine.Must(
            "systemctl list-units --no-legend --type=service --state=active,activating '*getty*' debug-shell.service"));
        foreach (string unit in (string[])
            ["getty@tty1", "serial-getty@ttyS0", "autovt@tty1", "console-getty", "container-getty@0", "debug-shell"])
        {
            Assert.Equal("masked", machine.Run($"systemctl is-enabled {unit}.service").Output.Trim());
        }

        Assert.Equal("", machine.Must("find / -xdev -type f -perm /6000"));
        Assert.Equal("", machine.Must("awk -F: '$2 !~ /^[!*]/ { print $1 }' /etc/shadow"));
        Assert.DoesNotContain("sulogin", machine.Must("systemctl cat emergency.service rescue.service"));
        Assert.Equal("", machine.Must("ls /usr/sbin/sshd /usr/bin/apt /usr/bin/gdb /usr/bin/nc 2>/dev/null || true"));
    }

    private void MemoryIsNotShown()
    {
        Assert.Equal("", machine.Must(Settings));
        // A program that crashes, at a place where it could write.
        Assert.Equal("", machine.Must(Crash));
        Assert.Contains("[confidentiality]", machine.Must("cat /sys/kernel/security/lockdown"));
        Assert.Equal("", machine.Must("findmnt -rno TARGET -t debugfs,tracefs || true"));
        Assert.NotEqual(0, machine.Run("head -c 1 /dev/mem").Code);
    }

    private string Refused(string command)
    {
        Outcome outcome = machine.Run(command);
        Assert.NotEqual(0, outcome.Code);
        return outcome.Output;
    }
}
