using System.Security.Cryptography;
using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>One run of the vectors' device: its statement, its sealer and the key behind it.</summary>
internal sealed record VectorRun(StartedEpoch Started, SigningKey Key);

/// <summary>
/// The device, store and keys of all vectors, made from a seed: the same names give the same bytes. Every vector has a
/// world of its own, so that adding one changes no other.
/// </summary>
internal sealed class VectorWorld
{
    /// <summary>2024-10-04.</summary>
    public const int Day = 20_000;
    public const ulong NowUs = 1_728_043_200_000_000;
    private readonly string seed;
    private ulong draws;

    public VectorWorld(string seed)
    {
        this.seed = seed;
        Device = Id16.New(Draw);
        Notice = Id16.New(Draw);
        DeviceKey = NewKey();
        StoreKey = NewKey();
        OperatorKey = NewKey();
        CustodianKey = NewKey();
        StrangerKey = NewKey();
        for (byte section = 1; section <= 2; section++)
        {
            Recipients.Add(RecipientKey.New(section, Day, KeyRole.Ingest, Draw));
            Recipients.Add(RecipientKey.New(section, Day, KeyRole.WardenA, Draw));
        }
    }

    public Id16 Device { get; set; }

    public Id16 Notice { get; set; }

    public SigningKey DeviceKey { get; }

    public SigningKey StoreKey { get; }

    public SigningKey OperatorKey { get; }

    public SigningKey CustodianKey { get; }

    /// <summary>A key that nobody trusts.</summary>
    public SigningKey StrangerKey { get; }

    public List<RecipientKey> Recipients { get; } = [];

    /// <summary>SHA-256 over the seed and a counter, 32 bytes at a time.</summary>
    public void Draw(Span<byte> destination)
    {
        for (int at = 0; at < destination.Length; at += 32)
        {
            byte[] block = SHA256.HashData(System.Text.Encoding.ASCII.GetBytes($"icr vectors {seed} {draws++}"));
            block.AsSpan(0, Math.Min(32, destination.Length - at)).CopyTo(destination[at..]);
        }
    }

    /// <summary>Starts an epoch; the signing key is the device's where no other is given.</summary>
    public VectorRun Start(
        uint number = 7, Hash32 previous = default, ChainPosition? last = null, SigningKey? signer = null)
    {
        var facts = new EpochStatement
        {
            Device = Device,
            Epoch = new EpochRef(number, default),
            LastDurable = last,
            RecoveryVerdict = last is null ? "empty" : "clean",
            SoftwareVersion = "0.1.0",
            SoftwareHash = Hash32.Of("software"u8),
            PreviousStatement = previous,
        };
        var policy = new SealingPolicy(Notice, Hash32.Of("policy"u8), 3, new KeySchedule(Recipients));
        SigningKey key = NewKey();
        return new VectorRun(StartedEpoch.Start(facts, policy, signer ?? DeviceKey, key, Draw), key);
    }

    /// <summary>Seals a batch of 3 rows in two sections, or what is given.</summary>
    public static SealedBatch Seal(VectorRun run, int day = Day, params SectionPlain[] sections)
    {
        byte seed = (byte)run.Started.Sealer.NextSequence;
        SectionPlain[] given = sections.Length > 0
            ? sections
            : [VectorRows.Section(1, 3, seed), VectorRows.Section(2, 3, seed)];
        var start = new TaiTime(((long)day * 86_400_000_000) + 37_000_000);
        var end = new TaiTime(start.Microseconds + 5_000_000);
        return run.Started.Sealer.Seal(
            day,
            start,
            end,
            given,
            [100, 90, 1],
            [new ManifestGap(start, end, GapCause.RingFull)],
            new ClockSummary(250, 1u << (int)ClockState.Locked, 37, Day + 100, default),
            [new ManifestEvent(start, EventKind.Administration, "rule added")]);
    }

    /// <summary>A batch taken apart, to be changed.</summary>
    public static BatchParts Parts(SealedBatch batch) =>
        BatchBytes.TryDecode(batch.Bytes, out BatchParts? parts) == Refusal.None
            ? parts!
            : throw new InvalidOperationException("a batch that was just sealed cannot be taken apart");

    /// <summary>A batch put together again under a changed manifest, signed anew with the epoch's key.</summary>
    public static byte[] Resign(
        VectorRun run, Manifest manifest, ReadOnlyMemory<byte> recipients, params byte[][] sealedBytes) =>
        Resign(run.Key, manifest.Encode(), recipients, sealedBytes);

    public static byte[] Resign(
        SigningKey key, byte[] payload, ReadOnlyMemory<byte> recipients, params byte[][] sealedBytes) =>
        BatchBytes.Encode(SignedObject.Sign(SignedType.Batch, payload, key).Bytes, recipients, sealedBytes);

    /// <summary>The finished vector.</summary>
    public VectorFile File(
        string name, string about, Refusal expect, params (string Kind, ReadOnlyMemory<byte> Bytes)[] objects) => new(
        name,
        about,
        expect.Verdict(),
        new VectorTrust(
            Device.ToString(),
            Hex(DeviceKey),
            Notice.ToString(),
            Day,
            Hex(StoreKey),
            Hex(OperatorKey),
            Hex(CustodianKey),
            ControlLast: 3,
            NowUs),
        [.. Recipients.Select(VectorFile.Of)],
        [.. objects.Select(o => new VectorObject(o.Kind, Convert.ToHexStringLower(o.Bytes.Span)))]);

    private static string Hex(SigningKey key) => Convert.ToHexStringLower(key.Public.Point.Span);

    private SigningKey NewKey()
    {
        byte[] scalar = new byte[32];
        SigningKey.NewPrivate(Draw, scalar);
        return Rfc6979.Key(scalar);
    }
}
