using System.Globalization;
using Appliance.Linux.Packets;
using Appliance.SystemTests.Linux;

namespace Appliance.SystemTests.Time.Guest;

/// <summary>
/// The real daemon by the kernel's clock alone, on a machine whose battery was empty: flows begin while the clock is
/// an hour behind and nobody vouches for it, then it is set and vouched for, as chronyd does. Judged outside.
/// </summary>
internal static class SetAtStart
{
    /// <summary>Each flow: source port, and the true time before and after its first packet was sent, ns.</summary>
    public const string SentFile = "sent.csv";

    /// <summary>What the kernel says that its clock is off at most, microseconds.</summary>
    public const int MaxErrorUs = 50_000;

    private const long HourNs = 3_600_000_000_000;
    private const int FirstPort = 20_000;
    private const int Flows = 20;
    private const int Rounds = 40;
    private const int RoundMs = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs it.</summary>
    /// <param name="folder">Gets the journal, the keys and the file.</param>
    public static void Run(string folder)
    {
        Directory.CreateDirectory(folder);
        TrueTime truth = TrueTime.KeptFromNow();
        SystemClock.Step(-HourNs);
        using VethPair cables = new(cables: 2);
        using ClockDaemon daemon = new(folder, cables, new { }, _ => throw new IOException("there are no pulses"));
        daemon.WaitFor("unset", Patience, status => status.Clock.State == "unset");
        using PacketSender sender = cables.Sender();
        using ManualResetEventSlim never = new();
        using StreamWriter sent = new(Path.Combine(folder, SentFile));
        for (int round = 0; round < Rounds; round++)
        {
            for (int flow = 0; flow < Flows; flow++)
            {
                long before = truth.Now().Reading.Nanoseconds;
                Send(sender, FirstPort + flow);
                if (round == 0)
                {
                    long after = truth.Now().Reading.Nanoseconds;
                    sent.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{FirstPort + flow},{before},{after}"));
                }
            }

            if (round == Rounds / 2)
            {
                SystemClock.Step(HourNs);
                SystemClock.Vouch(MaxErrorUs);
                daemon.WaitFor("known", Patience, status => status.Clock.State == "network");
            }

            never.Wait(RoundMs);
        }

        daemon.Stop();
    }

    private static void Send(PacketSender sender, int port)
    {
        if (!sender.TrySend(SteppedClock.FrameOf(port)))
        {
            throw new InvalidOperationException("the cable takes no packet");
        }
    }
}
