using System.Globalization;
using Appliance.Lab.Bed;

namespace Appliance.SystemTests.NatLogs;

/// <summary>
/// What tells the box of the kernel's translations, live, in the namespace of the NAT: conntrack's own events through
/// logger, or ulogd2's through rsyslog. They have a link of their own to the box, which connection tracking leaves out.
/// <code>
/// NAT: conntrack -E | logger ------------------ log0 | log0 box
///      ulogd2 (NFCT) -> file -> rsyslogd -----/
/// </code>
/// </summary>
internal sealed class LogSenders : IDisposable
{
    public const string BoxAddress = "198.18.1.2";
    public const int SyslogPort = 514;
    private const string Link = "log0";
    private readonly BedLayout _layout;
    private readonly string _folder;
    private readonly List<BedProcess> _children = [];

    /// <summary>Makes the link; both namespaces are there already.</summary>
    public LogSenders(BedLayout layout, string folder)
    {
        _layout = layout;
        _folder = folder;
        BedProcess.Run("ip", "link", "add", Link, "netns", layout.BoxNamespace, "type", "veth",
            "peer", "name", Link, "netns", layout.NatNamespace);
        foreach ((string space, string address) in new[] { (layout.BoxNamespace, BoxAddress),
            (layout.NatNamespace, "198.18.1.1") })
        {
            BedProcess.Run("ip", "-n", space, "address", "add", $"{address}/30", "dev", Link);
            BedProcess.Run("ip", "-n", space, "link", "set", Link, "up");
        }

        BedProcess.Run("ip", BedLayout.Inside(layout.NatNamespace, "nft", "add table ip logs; " +
            "add chain ip logs out { type filter hook output priority raw; }; " +
            $"add rule ip logs out oifname {Link} notrack; " +
            "add chain ip logs in { type filter hook prerouting priority raw; }; " +
            $"add rule ip logs in iifname {Link} notrack; "));
    }

    /// <summary>The section of the box that listens to all of them.</summary>
    public static object Listening => new
    {
        udp = new[] { $"{BoxAddress}:{SyslogPort}" },
        tcp = new[] { $"{BoxAddress}:{SyslogPort}" },
        exporters = new[] { "198.18.1.1" },
        delayMs = 4000,
    };

    /// <summary>conntrack's events, line by line, through logger.</summary>
    /// <param name="form">What logger is told of format and transport.</param>
    /// <param name="lie">A sed script that changes what is said; empty: the truth.</param>
    public void StartConntrack(string form, string lie = "")
    {
        string command = string.Create(CultureInfo.InvariantCulture,
            $"conntrack -E -e NEW -o timestamp --buffer-size {BedLimits.NetlinkBufferBytes} | sed -u '{lie}' | " +
            $"logger -n {BoxAddress} -P {SyslogPort} {form}");
        Child("sh", "-c", command).WaitForError("buffer size has been set", CancellationToken.None);
    }

    /// <summary>ulogd2's lines, through rsyslog.</summary>
    /// <param name="transport">Parameters of rsyslog's omfwd.</param>
    public void StartUlogd(string transport)
    {
        string lines = Path.Combine(_folder, "ulogd.lines");
        File.WriteAllText(lines, "");
        File.WriteAllText(Path.Combine(_folder, "rsyslog.conf"), $"""
            global(workDirectory="{_folder}")
            module(load="imfile" mode="inotify")
            input(type="imfile" file="{lines}" tag="ulogd:")
            action(type="omfwd" target="{BoxAddress}" port="{SyslogPort}" {transport})

            """);
        Child("rsyslogd", "-n", "-i", "NONE", "-f", Path.Combine(_folder, "rsyslog.conf"));

        // A rule that logs says which packet, not how it was translated: the box must know such lines and not use them.
        BedProcess.Run("ip", BedLayout.Inside(_layout.NatNamespace, "nft",
            "add chain ip logs seen { type filter hook forward priority 0; }; " +
            "add rule ip logs seen ct state new log group 5 prefix \"seen \""));
        string plugins = Directory.GetDirectories("/usr/lib", "*-linux-gnu*")
            .Select(folder => Path.Combine(folder, "ulogd")).First(Directory.Exists);
        string[] names =
        [
            "inpflow_NFCT", "filter_IP2STR", "filter_PRINTFLOW", "output_LOGEMU", "inppkt_NFLOG", "raw2packet_BASE",
            "filter_IFINDEX", "filter_PRINTPKT",
        ];
        File.WriteAllText(Path.Combine(_folder, "ulogd.conf"), $"""
            [global]
            logfile="stdout"
            loglevel=3
            {string.Join('\n', names.Select(n => $"plugin=\"{plugins}/ulogd_{n}.so\""))}
            stack=ct1:NFCT,ip2str1:IP2STR,print1:PRINTFLOW,emu1:LOGEMU
            stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str2:IP2STR,print2:PRINTPKT,emu2:LOGEMU
            [ct1]
            event_mask=0x00000001
            hash_enable=0
            netlink_socket_buffer_size=1048576
            netlink_socket_buffer_maxsize=16777216
            [log1]
            group=5
            [emu1]
            file="{lines}"
            sync=1
            [emu2]
            file="{lines}"
            sync=1

            """);
        string command = $"exec ulogd -v -c '{_folder}/ulogd.conf' -p '{_folder}/ulogd.pid' 1>&2";
        Child("sh", "-c", command).WaitForError("initialization finished", CancellationToken.None);
    }

    public void Dispose() => _children.ForEach(c => c.Dispose());

    private BedProcess Child(params string[] command)
    {
        BedProcess child = BedProcess.Start("ip", BedLayout.Inside(_layout.NatNamespace, command));
        _children.Add(child);
        return child;
    }
}
