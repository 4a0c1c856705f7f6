using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Appliance.Edge.Clocks;
using Appliance.Edge.Service;
using Appliance.Edge.Uplink;

namespace Appliance.SystemTests.Icrctl;

/// <summary>
/// Answers on a Unix socket as the daemon does, with a status that the test wrote: what is printed of it can then be
/// held against every character.
/// </summary>
internal sealed class ToldStatus : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-told-");
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task answering;
    private readonly Func<string, string>? sign;

    /// <param name="status">What it says of itself.</param>
    /// <param name="sign">Signs the hash of a protocol; without it that is answered as everything else.</param>
    public ToldStatus(BoxStatus status, Func<string, string>? sign = null)
    {
        this.sign = sign;
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen();
        answering = AnswerAsync(JsonSerializer.Serialize(status, BoxStatus.Json));
    }

    public string Path => System.IO.Path.Combine(folder.FullName, "admin.sock");

    /// <summary>A clock with a receiver, pulses and peers, which gives chronyd its time.</summary>
    public static ClockStatus OwnClock { get; } = new("locked", 8)
    {
        Legs = [new LegBound("mirror0 inside", 5), new LegBound("mirror1 outside", 8)],
        Detail = new ClockDetail
        {
            Class = "A", BoundNs = 61, Utc = "2026-11-22T07:46:28Z", RateNsPerSecond = -1234.5, Checks = [],
            SatellitesUsed = 11, SatellitesInView = 14, Leap = "known", TaiMinusUtc = 37, LeapUntil = "2027-06-28",
            Steps = 0, ReceiverMessages = 120_000, ReceiverDamaged = 2, Pulses = 30_000, PulsesLeftOut = 2,
            PeerAnswers = 1_870, Fed = 29_980, KeptBefore = "the counter ran on since",
            LogFile = "00000007-020779.anchors",
            EventsDropped = 3, LogBytes = 1_200_000, LogHead = "00112233445566ff" + new string('0', 48),
            Events = ["2026-11-21T23:26:40Z  clock locked; leap seconds known"],
        },
    };

    /// <summary>A box on which all is well.</summary>
    public static BoxStatus Good { get; } = new()
    {
        Health = "ok",
        Alarms = [],
        Device = "00112233445566778899aabbccddeeff",
        Version = "1.0",
        Epoch = 3,
        Recovery = "clean",
        UptimeSeconds = 3600,
        Start = new StartStatus
        {
            Kind = "stop", GapMs = 850, ReceivingMs = 300, RecordingMs = 420, RecordingCpuMs = 380,
        },
        Memory = new MemoryStatus
        {
            BudgetBytes = 1_536 << 20, BudgetFrom = "the machine's 2048 MiB, less what the rest of it needs",
            NeededBytes = 1_117 << 20, ResidentBytes = 260 << 20, FlowLimitFrom = "configured",
            RingMilliseconds = 500, RingBytes = 113 << 20,
        },
        Clock = new ClockStatus("network", 1_500),
        Flows = new FlowStatus
        {
            Open = 1_200, Limit = 4_000_000, Closed = 50_000, Attributed = 49_000, Ambiguous = 800, Unattributed = 200,
            Evicted = 0, Unsolicited = 90, Records = 61_000, RecordsDropped = 0,
        },
        PacketThread = new PacketThreadStatus
        {
            LongestPauseMs = 12, LongestPauseMinuteMs = 3, LongestCatchUpMs = 15, LongestCatchUpPackets = 900,
            WaitedForWriterMs = 0, CollectionPausesMs = 2,
        },
        Legs = [Leg("mirror0", "inside", 1_000_000), Leg("mirror1", "outside", 990_000)],
        Loss = [Loss("inside", 1_000_000), Loss("outside", 990_000)],
        Delays =
        [
            new DelayStatus
            {
                Inside = "inside", Outside = "outside", State = "learned", DelayUs = -1_250, SpreadUs = 180,
                DriftPpm = 2, Flows = 49_000, Steps = 1, AgeSeconds = 0.6, WindowMs = 500,
            },
        ],
        Timeouts =
        [
            new TimeoutStatus
            {
                Realm = "default", Class = "udp", KeptSeconds = 298.5, ChangedSeconds = 301.2, Kept = 4_100,
                Changed = 760, Against = 3,
            },
        ],
        Storage = new StorageStatus
        {
            Path = "/var/lib/appliance", Bytes = 67_108_864, Segments = 4, Batches = 620, OpenRows = 17, IsFull = false,
        },
        Uplink = new UplinkStatus
        {
            State = "connected", Broker = "vault:8883", BacklogBatches = 2, BacklogBytes = 40_000,
            BacklogIsWhole = true, InFlight = 2, OldestUnreceiptedSeconds = 3, Receipted = 618, Refused = 0, Resent = 0,
            ReceiptsRejected = 0, Unreadable = 0, Connections = 1, LastError = null, Alarms = [],
        },
    };

    public static LegStatus Leg(string name, string leg, ulong packets) => new()
    {
        Interface = name, Leg = leg, Received = packets, KernelDropped = 0, Dropped = 0, Duplicates = 25,
        RingFillPercent = 1,
    };

    public static LossStatus Loss(string leg, ulong packets) => new()
    {
        Leg = leg, State = "estimated", HiddenPpm = 3, MarginPpm = 2, HiddenPackets = 3, Packets = packets,
        Duplicates = 25, Cut = 0, OneLegFlows = 40, Words = $"{leg}: the mirror hides about 3 packets in a million",
    };

    public void Dispose()
    {
        listener.Dispose();
        answering.Wait();
        folder.Delete(recursive: true);
    }

    private async Task AnswerAsync(string json)
    {
        try
        {
            while (true)
            {
                using Socket client = await listener.AcceptAsync();
                string asked = await RequestAsync(client);
                byte[] body = Encoding.UTF8.GetBytes(
                    sign is not null && asked.StartsWith("POST /acceptance ", StringComparison.Ordinal)
                        ? sign(asked[^64..]) : json);
                byte[] head = Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n"
                    + "Connection: close\r\n\r\n");
                await client.SendAsync((byte[])[.. head, .. body]);
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over: the listener was closed.
        }
    }

    // Head and, of a POST, its body, which may come later: what is posted here has 64 bytes.
    private static async Task<string> RequestAsync(Socket client)
    {
        StringBuilder text = new();
        byte[] bytes = new byte[4096];
        bool isWhole = false;
        while (!isWhole && await client.ReceiveAsync(bytes) is int count and > 0)
        {
            text.Append(Encoding.ASCII.GetString(bytes, 0, count));
            string so = text.ToString();
            int end = so.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            isWhole = end >= 0 && (so[0] != 'P' || so.Length >= end + 4 + 64);
        }

        return text.ToString();
    }
}
