using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>What a manifest says of one sealed section (key 13).</summary>
/// <param name="Number">1 attribution, 2 contact.</param>
/// <param name="Root">Root of the section's tree of rows.</param>
/// <param name="SealedLength">Bytes of the ciphertext with its tag.</param>
/// <param name="SealedHash">SHA-256 of the ciphertext with its tag.</param>
/// <param name="Commitment">Commits to the content key, which AES-GCM by itself does not.</param>
public readonly record struct SectionEntry(
    byte Number, Hash32 Root, int SealedLength, Hash32 SealedHash, Hash32 Commitment)
{
    internal void Write(CborWriter writer)
    {
        writer.WriteStartArray(5);
        writer.WriteInt32(Number);
        writer.Write(Root);
        writer.WriteInt32(SealedLength);
        writer.Write(SealedHash);
        writer.Write(Commitment);
        writer.WriteEndArray();
    }

    /// <summary>Entries in ascending order of their number, each number once.</summary>
    internal static SectionEntry[] ReadAll(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.SectionsMax);
        var entries = new SectionEntry[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            Fields entry = Fields.OfArray(items[i], 5);
            entries[i] = new SectionEntry(
                (byte)entry.Unsigned(SectionPlain.ContactNumber),
                entry.Hash(),
                (int)entry.Unsigned(Limits.BatchBytesMax),
                entry.Hash(),
                entry.Hash());
            fields.Join(entry);
            if (entries[i].Number <= (i == 0 ? 0 : entries[i - 1].Number))
            {
                fields.Refuse();
            }
        }

        return entries;
    }
}

/// <summary>Why something was not seen.</summary>
public enum GapCause : byte
{
    Restart = 1,
    RingFull = 2,
    KernelDrop = 3,
    FlashFull = 4,
    LegDown = 5,
    Overload = 6,
}

/// <summary>A stretch of time in which something was not seen (key 16).</summary>
public readonly record struct ManifestGap(TaiTime From, TaiTime To, GapCause Cause)
{
    internal void Write(CborWriter writer)
    {
        writer.WriteStartArray(3);
        writer.Write(From);
        writer.Write(To);
        writer.WriteInt32((int)Cause);
        writer.WriteEndArray();
    }

    internal static ManifestGap[] ReadAll(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.GapsMax);
        var gaps = new ManifestGap[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            Fields gap = Fields.OfArray(items[i], 3);
            gaps[i] = new ManifestGap(gap.Time(), gap.Time(), (GapCause)gap.Unsigned(byte.MaxValue));
            fields.Join(gap);
        }

        return gaps;
    }
}

/// <summary>How good the times of a batch are (key 17).</summary>
/// <param name="WorstBoundUs">Largest half width of any time in the batch; uint.MaxValue where one has no
/// bound.</param>
/// <param name="States">Bit n is set where <see cref="ClockState"/> n occurred.</param>
/// <param name="LeapSeconds">TAI - UTC in seconds that was used; 0 where unknown.</param>
/// <param name="LeapExpiryDay">UTC day since 1970 up to which the leap seconds are known; 0 where unknown.</param>
/// <param name="AnchorLogHead">Head of the log of clock anchors, or the default.</param>
public readonly record struct ClockSummary(
    uint WorstBoundUs, uint States, uint LeapSeconds, uint LeapExpiryDay, Hash32 AnchorLogHead)
{
    internal void Write(CborWriter writer)
    {
        writer.WriteStartArray(5);
        writer.WriteUInt32(WorstBoundUs);
        writer.WriteUInt32(States);
        writer.WriteUInt32(LeapSeconds);
        writer.WriteUInt32(LeapExpiryDay);
        writer.Write(AnchorLogHead);
        writer.WriteEndArray();
    }

    internal static ClockSummary Read(Fields fields)
    {
        Fields clock = Fields.OfArray(fields.Item(), 5);
        var read = new ClockSummary(clock.UInt32(), clock.UInt32(), clock.UInt32(), clock.UInt32(), clock.Hash());
        fields.Join(clock);
        return read;
    }
}

/// <summary>Kinds of event in a manifest.</summary>
public enum EventKind : byte
{
    /// <summary>Somebody did something at the box.</summary>
    Administration = 1,
    Alarm = 2,
    ControlTaken = 3,

    /// <summary>The key schedule ends before this day; the last day's keys were used.</summary>
    KeysExhausted = 4,
    Clock = 5,
}

/// <summary>Something that happened on the box (key 18). The text holds no customer's address or name.</summary>
/// <param name="Time">When.</param>
/// <param name="Kind">What kind.</param>
/// <param name="Text">What, at most 256 bytes of UTF-8.</param>
public readonly record struct ManifestEvent(TaiTime Time, EventKind Kind, string Text)
{
    internal void Write(CborWriter writer)
    {
        writer.WriteStartArray(3);
        writer.Write(Time);
        writer.WriteInt32((int)Kind);
        writer.WriteTextString(Text);
        writer.WriteEndArray();
    }

    internal static ManifestEvent[] ReadAll(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.EventsMax);
        var events = new ManifestEvent[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            Fields entry = Fields.OfArray(items[i], 3);
            events[i] = new ManifestEvent(entry.Time(), (EventKind)entry.Unsigned(byte.MaxValue), entry.Text());
            fields.Join(entry);
        }

        return events;
    }
}
