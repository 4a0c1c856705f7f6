using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>What a control message changes.</summary>
public enum ControlKind : byte
{
    Config = 1,
    Policy = 2,
    KeySchedule = 3,
    Notice = 4,
    TrustKeys = 5,
    Discard = 6,
    Revoke = 7,
    Update = 8,
    DiagnosticCapture = 9,
}

/// <summary>Keys of the two roles that may control a device.</summary>
public sealed record ControlTrust(PublicKey Operator, PublicKey Custodian);

/// <summary>
/// A change to a device, signed by one role or two: a new recipient or a wider policy is a wiretap, so kinds 2 to 8
/// need both. On the wire it is an array of one or two obj("control") over the same payload, sorted by key id.
/// Times are UTC microseconds since 1970.
/// </summary>
public sealed record Control
{
    private const int Version = 1;
    private const int KeyCount = 8;

    public required Id16 Device { get; init; }

    /// <summary>Greater than that of every message that took effect before.</summary>
    public required ulong Number { get; init; }

    public required ulong NotBeforeUtcUs { get; init; }

    public required ulong ExpiresUtcUs { get; init; }

    /// <summary>SHA-256 of the configuration that the change was made against.</summary>
    public required Hash32 BaseConfigHash { get; init; }

    public required ControlKind Kind { get; init; }

    /// <summary>What the kind says; at most <see cref="Limits.OpaqueBytesMax"/>.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>True where both roles must sign.</summary>
    public bool NeedsBoth => Kind is >= ControlKind.Policy and <= ControlKind.Update;

    /// <summary>The whole message, signed by one or two keys.</summary>
    public byte[] Sign(SigningKey first, SigningKey? second) =>
        TwoSigned.Sign(SignedType.Control, Encode(), first, second);

    /// <summary>
    /// What a message says before any signature was checked: to show it to people, and to know its number. Nothing here
    /// is proven.
    /// </summary>
    /// <param name="bytes">The message.</param>
    /// <param name="control">What it says; only there where the result is None.</param>
    /// <param name="signers">How many claim to have signed.</param>
    public static Refusal TryClaim(ReadOnlyMemory<byte> bytes, out Control? control, out int signers)
    {
        control = null;
        signers = 0;
        Refusal refusal = CborStrict.TryRead(bytes, 2 * Limits.SignedObjectBytesMax, out CborItem? list);
        if (refusal != Refusal.None || list is not { Kind: CborKind.Array, Items.Length: 1 or 2 })
        {
            return refusal != Refusal.None ? refusal : Refusal.WrongStructure;
        }

        signers = list.Items.Length;
        refusal = SignedObject.TryRead(SignedType.Control, list.Items[0], out SignedObject? signed);
        return refusal != Refusal.None ? refusal : TryDecode(signed!.Payload, out control);
    }

    /// <summary>Checks a message for a device; it is only there where the result is None.</summary>
    /// <param name="bytes">The message as it arrived.</param>
    /// <param name="trust">Keys of the two roles.</param>
    /// <param name="device">This device.</param>
    /// <param name="lastNumber">Number of the last message that took effect.</param>
    /// <param name="nowUtcUs">UTC now, microseconds since 1970.</param>
    /// <param name="control">The message.</param>
    public static Refusal TryVerify(
        ReadOnlyMemory<byte> bytes,
        ControlTrust trust,
        Id16 device,
        ulong lastNumber,
        ulong nowUtcUs,
        out Control? control) =>
        TryVerify(bytes, trust, device, lastNumber, nowUtcUs, nowUtcUs, out control);

    /// <summary>
    /// The same where now is known only between two times: refused for its time where it cannot be valid at any of
    /// them. For a reader whose clock is in doubt and who acts on nothing but what takes away.
    /// </summary>
    /// <param name="bytes">The message as it arrived.</param>
    /// <param name="trust">Keys of the two roles.</param>
    /// <param name="device">This device.</param>
    /// <param name="lastNumber">Number of the last message that took effect.</param>
    /// <param name="earliestUtcUs">Now is no earlier, UTC microseconds since 1970.</param>
    /// <param name="latestUtcUs">Now is no later.</param>
    /// <param name="control">The message.</param>
    public static Refusal TryVerify(
        ReadOnlyMemory<byte> bytes,
        ControlTrust trust,
        Id16 device,
        ulong lastNumber,
        ulong earliestUtcUs,
        ulong latestUtcUs,
        out Control? control)
    {
        control = null;
        Refusal refusal = TwoSigned.TryRead(
            SignedType.Control, bytes, trust, out ReadOnlyMemory<byte> payload, out int signers);
        Control? read = null;
        refusal = refusal != Refusal.None ? refusal : TryDecode(payload, out read);
        refusal = refusal != Refusal.None ? refusal : read!.Check(
            device, signers, lastNumber, earliestUtcUs, latestUtcUs);
        control = refusal == Refusal.None ? read : null;
        return refusal;
    }

    private Refusal Check(Id16 device, int signers, ulong lastNumber, ulong earliestUtcUs, ulong latestUtcUs)
    {
        if (Device != device)
        {
            return Refusal.WrongDevice;
        }

        if (NeedsBoth && signers < 2)
        {
            return Refusal.ControlSigners;
        }

        if (Number <= lastNumber)
        {
            return Refusal.ControlReplayed;
        }

        return latestUtcUs < NotBeforeUtcUs || earliestUtcUs >= ExpiresUtcUs ? Refusal.ControlTime : Refusal.None;
    }

    /// <summary>The bytes that the roles sign.</summary>
    public byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(Device);
        writer.Key(3).WriteUInt64(Number);
        writer.Key(4).WriteUInt64(NotBeforeUtcUs);
        writer.Key(5).WriteUInt64(ExpiresUtcUs);
        writer.Key(6).Write(BaseConfigHash);
        writer.Key(7).WriteInt32((int)Kind);
        writer.Key(8).WriteByteString(Body.Span);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Reads the signed bytes; the message is only there where the result is None.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> payload, out Control? control)
    {
        control = null;
        Refusal refusal = Payload.TryRead(payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new Control
        {
            Device = fields.Id(),
            Number = fields.Unsigned(ulong.MaxValue),
            NotBeforeUtcUs = fields.Unsigned(ulong.MaxValue),
            ExpiresUtcUs = fields.Unsigned(ulong.MaxValue),
            BaseConfigHash = fields.Hash(),
            Kind = (ControlKind)fields.Unsigned((ulong)ControlKind.DiagnosticCapture),
            Body = fields.Bytes(0, Limits.OpaqueBytesMax),
        };
        bool good = fields.Ok && read.Kind >= ControlKind.Config;
        control = good ? read : null;
        return good ? Refusal.None : Refusal.WrongStructure;
    }
}
