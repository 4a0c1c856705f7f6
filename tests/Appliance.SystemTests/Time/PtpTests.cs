using System.Diagnostics;
using Appliance.Linux.Clocks;
using Appliance.SystemTests.Linux;
using Appliance.TestSupport;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.SystemTests.Time;

/// <summary>Two real ptp4l on one cable; ours asks the one that listens.</summary>
public sealed class PtpTests
{
    // A grandmaster is chosen after about 3 announcements, one every 2 s, and announced after as many.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    [RootFact("ptp4l", "pmc", "ip")]
    public void What_ptp4l_knows_of_its_grandmaster_is_read_and_a_clock_it_does_not_steer_is_no_witness()
    {
        using VethPair cable = new();
        using RealPtp4l master = new(cable.Namespace, "tx0", "clockClass 6", "clockAccuracy 0x21", "priority1 1");
        using RealPtp4l slave = new(cable.Namespace, "rx0", "slaveOnly 1");
        using PtpLink link = new(slave.Socket, slave.At("ours"), domain: 0, new SourceId(SourceKind.Ptp));
        Answers answers = new();
        bool isNamed = false;

        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(250));
        for (Stopwatch since = Stopwatch.StartNew(); since.Elapsed < Patience;)
        {
            timer.WaitForNextTickAsync().AsTask().Wait();
            isNamed = isNamed || Name(master);
            bool isAnswered = link.TryAsk(CounterReader.SystemClock, answers);
            if (isAnswered && answers.Peers[^1].RootDelayNs > 0 && answers.Leaps[^1].TaiMinusUtc is not null)
            {
                break;
            }
        }

        Assert.True(isNamed);
        PeerObservation peer = answers.Peers[^1];
        Assert.Equal(Identity(master), peer.Identity);
        Assert.Equal((1, TimeScale.Tai), (peer.Distance, peer.Time.Scale));
        Assert.Equal((37, LeapEvent.Insert), (answers.Leaps[^1].TaiMinusUtc, answers.Leaps[^1].Next));
        Assert.InRange(peer.RootDelayNs, 1, 100_000_000);
        // Free running it stays UNCALIBRATED: it does not say that its clock follows, so nor do we.
        Assert.Equal(PeerState.Unsynchronised, peer.State);
    }

    // What a grandmaster with a reference would announce of itself.
    private static bool Name(RealPtp4l master) => Pmc(
        master,
        "SET GRANDMASTER_SETTINGS_NP clockClass 6 clockAccuracy 0x21 offsetScaledLogVariance 0x4e5d " +
        "currentUtcOffset 37 leap61 1 leap59 0 currentUtcOffsetValid 1 ptpTimescale 1 timeTraceable 1 " +
        "frequencyTraceable 1 timeSource 0x20")
        .Contains("RESPONSE", StringComparison.Ordinal);

    // pmc prints aabbcc.ddee.ff0011-0 before each answer.
    private static ulong Identity(RealPtp4l daemon)
    {
        string line = Pmc(daemon, "GET PARENT_DATA_SET").Split('\n')
            .Single(l => l.Contains("grandmasterIdentity", StringComparison.Ordinal));
        string digits = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1].Trim().Replace(".", "");
        return Convert.ToUInt64(digits, 16);
    }

    private static string Pmc(RealPtp4l daemon, string command)
    {
        ProcessStartInfo start = new(
            InstalledPrograms.Find("pmc")!, ["-u", "-s", daemon.Socket, "-i", daemon.At("pmc"), "-b", "0", command])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        return Programs.Finish(process).Output;
    }
}
