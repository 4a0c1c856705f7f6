using System.Text;
using Appliance.Flow;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Flow.Witness;

/// <summary>Log lines as A10, Juniper, 6WIND and NFWare write them: every line, and what it says.</summary>
public sealed class LineDataTests
{
    private const string Folder = "syslog-nat";

    [SharedFact(Folder)]
    public void A10_lines_say_exactly_this() => Assert.Equal(
        [
            "Create 17 100.65.140.73:0 99.99.99.12:22016-22271 :0 1746185696870",
            "Create 1 100.65.161.0:48856 99.99.99.13:48856 8.8.8.8:0 1746185700620",
            "Delete 1 100.65.150.5:37892 99.99.99.8:37892 :0 1746185700620",
            "Delete 1 100.65.154.17:3637 99.99.99.15:3637 :0 1746185700720",
            "Create 1 100.65.154.17:3638 99.99.99.15:3638 1.1.1.1:0 1746185700720",
            "Delete 1 100.65.154.17:3638 99.99.99.15:3638 :0 1746185700720",
            "Create 1 100.65.189.8:56026 99.99.99.12:56026 8.8.8.8:0 1746185700780",
            "Create 1 100.65.161.188:44035 99.99.99.9:44035 8.8.4.4:0 1746185698710",
            "Delete 17 100.65.140.73:0 99.99.99.12:22016-22271 :0 1746185700870",
            "Create 1 100.65.250.67:735 99.99.99.9:20209 8.8.4.4:0 1746185699110",
        ],
        Read("a10-cef.log", "A10"));

    [SharedFact(Folder)]
    public void Juniper_lines_say_exactly_this() => Assert.Equal(
        [
            "Create 0 10.0.10.10:0 1.2.84.172:48640-48895 :0 1649083538000",
            "Alive 0 10.0.10.10:0 1.2.84.172:48640-48895 :0 0",
            "Delete 0 10.0.10.10:0 1.2.84.172:48640-48895 :0 1649085639000",
            "Create 6 10.0.10.10:46776 1.2.84.172:53328 1.2.84.162:80 0",
            "Delete 6 10.0.10.2:63996 1.2.84.169:4986 1.2.84.162:80 0",
            "Create 17 192.168.1.102:58662 68.144.1.1:55893 8.8.8.8:53 0",
        ],
        Read("juniper-srx-pba.log", "Juniper"));

    [SharedFact(Folder)]
    public void _6WIND_and_NFWare_lines_say_exactly_this() => Assert.Equal(
        [
            "Create 6 10.100.0.1:4241 10.175.0.3:10752 10.200.0.1:33815 1749903455000",
            "Delete 6 10.100.0.1:4241 10.175.0.3:10753 10.200.0.1:33815 1749903544000",
            "Create 6 100.64.0.1:0 192.0.2.33:1-512 :0 1749628989000",
            "Create 6 10.0.0.1:57938 100.64.0.1:28475 185.165.123.206:443 0",
            "Create 0 10.0.0.1:0 100.64.0.1:0-65535 :0 0",
            "Create 6 10.0.0.1:57938 100.64.0.1:28475 :0 0",
            "Create 0 10.0.0.1:0 100.64.0.1:1024-1535 :0 0",
        ],
        Read("sixwind-nfware.log", "6WIND", "NFWare"));

    private static List<string> Read(string file, params string[] vendors)
    {
        long near = DateTimeOffset.Parse("2025-06-01T00:00:00Z").ToUnixTimeMilliseconds() * 1_000_000;
        LogLineDecoder decoder = new(LogTemplates.BuiltIn, nearNs: near);
        NatEvents events = new();
        string[] lines = File.ReadAllLines(Path.Combine(Checkout.Data(Folder)!, file));
        foreach (string line in lines)
        {
            decoder.Decode(Encoding.UTF8.GetBytes(line), default, 0, LogCourse.Whole, events);
        }

        Assert.Equal(lines.Length, decoder.Events);
        long known = 0;
        for (int i = 0; i < LogTemplates.BuiltIn.Vendors.Count; i++)
        {
            Assert.Equal(0, decoder.NotUnderstood(i));
            known += vendors.Contains(LogTemplates.BuiltIn.Vendors[i]) ? decoder.Understood(i) : 0;
        }

        Assert.Equal(lines.Length, known);
        return [.. events.Items.ToArray().Select(Text)];
    }

    private static string Text(NatEvent e)
    {
        string ports = e.IsBlock ? $"{e.PublicPort}-{e.PublicPortLast}" : $"{e.PublicPort}";
        Assert.Equal(Witnesses.Syslog, e.Witness);
        return $"{e.Action} {e.Protocol} {e.InsideAddress}:{e.InsidePort} {e.PublicAddress}:{ports} "
            + $"{e.RemoteAddress}:{e.RemotePort} {e.StampNs / 1_000_000}";
    }
}
