using Appliance.Lab.Bed;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests;

/// <summary>
/// The product over both captured legs of the kernel's NAT: one right record for every connection the kernel tracked,
/// none else; and the same check fails as soon as two subscribers are swapped in the truth.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class KernelNatProductTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bed-");

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void Every_connection_of_a_port_preserving_NAT_is_one_right_record() => RunAndCheck("preserving");

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void Every_connection_of_a_fully_random_NAT_is_one_right_record() => RunAndCheck("fully-random");

    private void RunAndCheck(string mode)
    {
        string segments = In("out");
        Require(Programs.Lab("bed", "run", "--subscribers", "24", "--flows", "2000", "--mode", mode, "--seed", "1",
            "--out", _folder.FullName));
        Require(Programs.Icrctl("replay", "--inside", In("inside.pcap"), "--outside", In("outside.pcap"),
            "--out", segments));
        Outcome records = Programs.Retention("records", "--in", segments, "--keys", Path.Combine(segments, "keys"),
            "--format", "csv", "--merged");
        Require(records);
        File.WriteAllText(In("records.csv"), records.Output);

        Outcome check = Programs.Lab("bed", "check", "--truth", In("truth.csv"), "--records", In("records.csv"));
        Assert.True(check.Code == 0, $"{mode}, seed 1: {check.Output}{check.Error}");

        IEnumerable<ConntrackEntry> swapped = BedCheckTests.Swapped(BedTruth.Read(In("truth.csv")),
            BedLayout.SubscriberAddress(0), BedLayout.SubscriberAddress(1));
        BedTruth.Write(In("swapped.csv"), swapped);
        Outcome wrong = Programs.Lab("bed", "check", "--truth", In("swapped.csv"), "--records", In("records.csv"));
        Assert.Equal(1, wrong.Code);
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private static void Require(Outcome outcome) =>
        Assert.True(outcome.Code == 0, $"exit code {outcome.Code}: {outcome.Error}");
}
