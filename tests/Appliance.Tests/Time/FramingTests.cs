using System.Text;
using Appliance.TestSupport;
using Appliance.Time.Observations;
using Appliance.Time.Receivers;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Appliance.Tests.Time;

/// <summary>Framing and parsing of arbitrary bytes, against a slow reader that shares no code with it.</summary>
public sealed class FramingTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20267, 11);

    private static readonly Gen<byte[]> Noise =
        from length in Gen.Elements(0, 1, 7, 100, 1100, 9000)
        from seed in Gen.Choose(0, 1_000_000)
        select RandomBytes(seed, length);

    // Right checksum, any content: what no receiver sends, and a man at the line could.
    private static readonly Gen<byte[]> Forged =
        from message in Gen.Elements(
            UbxId.NavPvt, UbxId.NavSol, UbxId.NavTimeGps, UbxId.NavTimeUtc, UbxId.NavTimeLs, UbxId.NavSat, UbxId.MonHw,
            UbxId.MonRf, UbxId.SecSig, UbxId.TimTp, UbxId.TimTm2, UbxId.NavStatus, UbxId.NavClock, UbxId.NavSvInfo,
            UbxId.AckAck)
        from length in Gen.Choose(0, 120)
        from seed in Gen.Choose(0, 1_000_000)
        select ReceiverSetUp.Frame(message, RandomBytes(seed, length));

    private static readonly Gen<byte[]> Sentences =
        from kind in Gen.Elements("GPRMC", "GNZDA", "GPGGA", "GPGSA", "GPGSV", "PUBX", "P", "", "G")
        from seed in Gen.Choose(0, 1_000_000)
        from fields in Gen.ListOf(
            Gen.Elements("", "A", "V", "1", "3", "235960", "235959.99", "310226", "999999", "-1", "2026", "4807.038",
                "04", "18D", "N", "99999999999999999999", "12.", "."), 15)
        select Sentence($"{kind},{string.Join(',', fields)}");

    private static readonly Gen<byte[]> Streams =
        from parts in Gen.ListOf(Gen.OneOf(Noise, Forged, Sentences), 6)
        select parts.SelectMany(p => p).ToArray();

    [Fact]
    public void Random_bytes_never_throw_and_never_give_a_valid_time() => Check.One(Seeded, Prop.ForAll(
        Noise.ToArbitrary(), bytes => !Read(bytes, bytes.Length).Of<TimeOfDayObservation>().Any(t => t.IsValid)));

    [Fact]
    public void Any_stream_gives_the_same_observations_however_it_is_cut() => Check.One(Seeded, Prop.ForAll(
        Streams.ToArbitrary(), Gen.Choose(1, 300).ToArbitrary(),
        (bytes, piece) => Read(bytes, bytes.Length).All.SequenceEqual(Read(bytes, piece).All)));

    [Fact]
    public void A_forged_message_never_gives_a_valid_time_out_of_the_window() => Check.One(Seeded, Prop.ForAll(
        Streams.ToArbitrary(), bytes => Read(bytes, 64).Of<TimeOfDayObservation>().Where(t => t.IsValid).All(
            t => t.Time.Nanoseconds / RawTime.NanosecondsPerSecond >= Rule().Earliest)));

    [Fact]
    public void The_framer_finds_what_a_slow_reader_finds_in_any_stream() => Check.One(Seeded, Prop.ForAll(
        Streams.ToArbitrary(), bytes => Slow(bytes).SequenceEqual(Frames(bytes, 61))));

    [SharedFact("pyubx2")]
    public void The_framer_finds_what_a_slow_reader_finds_in_real_logs()
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(Checkout.Data("pyubx2")!, "tests")),
            .. Directory.EnumerateFiles(Path.Combine(Checkout.Data("gpsd") ?? Checkout.Data("pyubx2")!), "*.log",
                SearchOption.AllDirectories),
        ];
        Assert.All(files, file =>
        {
            byte[] bytes = File.ReadAllBytes(file);
            Assert.Equal(Slow(bytes), Frames(bytes, 1000));
        });
        Assert.True(files.Length > 12);
    }

    [SharedFact("pyubx2")]
    public void A_damaged_frame_costs_itself_and_not_its_neighbours()
    {
        string folder = Path.Combine(Checkout.Data("pyubx2")!, "tests");
        byte[] whole = File.ReadAllBytes(Path.Combine(folder, "pygpsdata-MIXED3.log"));
        byte[] damaged = File.ReadAllBytes(Path.Combine(folder, "pygpsdata-MIXED3BADCK.log"));

        Assert.True(Frames(whole, 100).Count > 3);
        Assert.NotEmpty(Frames(damaged, 100));
        Assert.True(Read(damaged, 100).All.Count <= Read(whole, 100).All.Count);
    }

    [Fact]
    public void A_frame_behind_a_false_start_keeps_the_time_at_which_it_came()
    {
        ObservationLog log = new();
        Receiver receiver = new(new SourceId(SourceKind.Receiver), Rule());
        receiver.Take([0xB5, 0x62, 1, 7, 0, 1], new RawTime(1), log); // claims 256 bytes that do not come
        receiver.Take(Clock, new RawTime(2), log);
        Assert.Empty(log.All);
        receiver.Take(new byte[300], new RawTime(3), log);

        Assert.Equal(new RawTime(2), Assert.Single(log.Of<ReceiverClockObservation>()).At);
        Assert.Equal(1, receiver.Counters.Damaged);
    }

    private static byte[] Clock => ReceiverSetUp.Frame(UbxId.NavClock, new byte[20]);

    private static EpochRule Rule() => new(1_780_000_000);

    private static ObservationLog Read(byte[] bytes, int piece)
    {
        ObservationLog log = new();
        Receiver receiver = new(new SourceId(SourceKind.Receiver), Rule());
        for (int at = 0; at < bytes.Length; at += piece)
        {
            receiver.Take(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)), new RawTime(0), log);
        }

        return log;
    }

    private static List<string> Frames(byte[] bytes, int piece)
    {
        List<string> found = [];
        ReceiverFramer framer = new();
        for (int at = 0; at < bytes.Length;)
        {
            at += framer.Add(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)), new RawTime(0));
            while (framer.TryNext(out ReceiverFrame frame))
            {
                found.Add($"{frame.Kind} {frame.Message:x4} {Convert.ToHexString(frame.Body)}");
            }
        }

        return found;
    }

    // Looks at every place of the whole stream; what a frame covers is not looked at again.
    private static List<string> Slow(byte[] bytes)
    {
        List<string> found = [];
        for (int at = 0; at < bytes.Length;)
        {
            (int length, string? text) = bytes[at] switch
            {
                0xB5 => SlowUbx(bytes, at),
                (byte)'$' => SlowNmea(bytes, at),
                _ => (1, null),
            };
            if (length == 0)
            {
                break; // A frame has begun and the stream ends in it.
            }

            if (text is not null)
            {
                found.Add(text);
            }

            at += text is null ? 1 : length;
        }

        return found;
    }

    private static (int Length, string? Text) SlowUbx(byte[] bytes, int at)
    {
        int left = bytes.Length - at;
        if (left > 1 && bytes[at + 1] != 0x62)
        {
            return (1, null);
        }

        if (left < 6)
        {
            return (0, null);
        }

        int length = bytes[at + 4] + (256 * bytes[at + 5]);
        if (length > 8192)
        {
            return (1, null);
        }

        if (left < length + 8)
        {
            return (0, null);
        }

        int a = 0;
        int b = 0;
        for (int i = at + 2; i < at + 6 + length; i++)
        {
            a = (a + bytes[i]) % 256;
            b = (b + a) % 256;
        }

        bool isRight = bytes[at + 6 + length] == a && bytes[at + 7 + length] == b;
        string body = Convert.ToHexString(bytes.AsSpan(at + 6, length));
        return isRight ? (length + 8, $"Ubx {bytes[at + 2]:x2}{bytes[at + 3]:x2} {body}") : (1, null);
    }

    private static (int Length, string? Text) SlowNmea(byte[] bytes, int at)
    {
        for (int end = at + 1; end < at + 1024; end++)
        {
            if (end == bytes.Length)
            {
                return (0, null);
            }

            if (bytes[end] == '$' || bytes[end] is (< 32 or > 126) and not (13 or 10))
            {
                return (1, null);
            }

            if (bytes[end] is 13 or 10)
            {
                string line = Encoding.ASCII.GetString(bytes, at + 1, end - at - 1).TrimEnd(' ');
                int star = line.Length - 3;
                int sum = star < 5 ? -1 : line[..star].Aggregate(0, (x, c) => x ^ c);
                bool isRight = star >= 5 && line[star] == '*' &&
                    string.Equals(line[(star + 1)..], $"{sum:x2}", StringComparison.OrdinalIgnoreCase);
                string hex = isRight ? Convert.ToHexString(Encoding.ASCII.GetBytes(line[..star])) : "";
                return isRight ? (end - at + 1, $"Nmea 0000 {hex}") : (1, null);
            }
        }

        return (1, null);
    }

    private static byte[] RandomBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Sentence(string text) => Encoding.ASCII.GetBytes(
        $"${text}*{text.Aggregate(0, (sum, c) => sum ^ c):X2}\r\n");
}
