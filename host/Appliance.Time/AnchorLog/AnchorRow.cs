using Appliance.Time.Estimation;
using Appliance.Wire;

namespace Appliance.Time.AnchorLog;

/// <summary>Kinds of row; see FORMAT.md.</summary>
internal enum AnchorKind : byte
{
    Checkpoint = 0,
    Second = 1,
    Pair = 2,
    Path = 3,
}

/// <summary>
/// The fields of a row, each as the difference to the row before: writer and reader keep the same numbers beside them.
/// </summary>
internal struct AnchorRow
{
    private const long SecondNs = 1_000_000_000;
    private const int System = 1;
    private const int Pulse = 2;
    private const int Sawtooth = 4;
    private const int Temperature = 8;
    private const int Peers = 16;

    private long raw;
    private long systemLessRaw;
    private long pulseLessRaw;
    private long taiLessPulse;
    private long path;
    private long sawtooth;
    private long temperature;
    private long peerLessRaw;
    private long peerHalf;

    /// <summary>Writes a row of a second; returns its length.</summary>
    public int Write(Span<byte> to, in SecondInput input, long boundNs, ClockState state)
    {
        VarWriter writer = new(to);
        writer.Byte((byte)AnchorKind.Second);
        writer.Difference(ref raw, input.Raw, SecondNs);
        int flags = (input.System != 0 ? System : 0) | (input.HasPulse ? Pulse : 0)
            | (input.HasSawtooth ? Sawtooth : 0) | (input.HasTemperature ? Temperature : 0)
            | (input.PeerCount > 0 ? Peers : 0);
        writer.Byte((byte)flags);
        writer.Unsigned((uint)input.Checks);
        if (input.System != 0)
        {
            writer.Difference(ref systemLessRaw, input.System - input.Raw);
            writer.Unsigned(input.SystemHalfNs);
        }

        if (input.HasPulse)
        {
            writer.Difference(ref pulseLessRaw, input.PulseRaw - input.Raw);
            writer.Difference(ref taiLessPulse, input.PulseTai - input.PulseRaw);
            writer.Difference(ref path, input.PulsePathNs);
        }

        if (input.HasSawtooth)
        {
            writer.Difference(ref sawtooth, input.SawtoothPs);
        }

        if (input.HasTemperature)
        {
            writer.Difference(ref temperature, input.Millidegrees);
        }

        if (input.PeerCount > 0)
        {
            writer.Byte(input.PeerCount);
            writer.Difference(ref peerLessRaw, input.PeerTai - input.Raw);
            writer.Difference(ref peerHalf, input.PeerHalfNs);
        }

        writer.Unsigned((ulong)boundNs);
        writer.Byte((byte)state);
        return writer.Length;
    }

    /// <summary>Reads a row of a second; false where it is none.</summary>
    public bool TryRead(ReadOnlySpan<byte> from, out SecondInput input, out long boundNs, out ClockState state)
    {
        VarReader reader = new(from[1..]);
        input = new SecondInput { Raw = reader.Difference(ref raw, SecondNs) };
        int flags = reader.Byte();
        input.Checks = (Checks)reader.Unsigned();
        if ((flags & System) != 0)
        {
            input.System = input.Raw + reader.Difference(ref systemLessRaw);
            input.SystemHalfNs = (uint)reader.Unsigned();
        }

        if ((flags & Pulse) != 0)
        {
            input.HasPulse = true;
            input.PulseRaw = input.Raw + reader.Difference(ref pulseLessRaw);
            input.PulseTai = input.PulseRaw + reader.Difference(ref taiLessPulse);
            input.PulsePathNs = (uint)reader.Difference(ref path);
        }

        if ((flags & Sawtooth) != 0)
        {
            input.HasSawtooth = true;
            input.SawtoothPs = (int)reader.Difference(ref sawtooth);
        }

        if ((flags & Temperature) != 0)
        {
            input.HasTemperature = true;
            input.Millidegrees = (int)reader.Difference(ref temperature);
        }

        if ((flags & Peers) != 0)
        {
            input.PeerCount = reader.Byte();
            input.PeerTai = input.Raw + reader.Difference(ref peerLessRaw);
            input.PeerHalfNs = reader.Difference(ref peerHalf);
        }

        boundNs = (long)reader.Unsigned();
        state = (ClockState)reader.Byte();
        return reader.IsWhole;
    }

    /// <summary>Writes a pair of between; returns its length.</summary>
    public int WritePair(Span<byte> to, long atRaw, long system, uint halfNs)
    {
        VarWriter writer = new(to);
        writer.Byte((byte)AnchorKind.Pair);
        writer.Signed(atRaw - raw);
        writer.Signed(system - atRaw - systemLessRaw);
        writer.Unsigned(halfNs);
        return writer.Length;
    }

    /// <summary>Reads a pair of between.</summary>
    public readonly bool TryReadPair(ReadOnlySpan<byte> from, out long atRaw, out long system, out uint halfNs)
    {
        VarReader reader = new(from[1..]);
        atRaw = raw + reader.Signed();
        system = atRaw + systemLessRaw + reader.Signed();
        halfNs = (uint)reader.Unsigned();
        return reader.IsWhole;
    }

    /// <summary>Writes the stamp path of a leg (-1: of the rest); returns its length.</summary>
    public static int WritePath(Span<byte> to, int leg, StampPath path)
    {
        VarWriter writer = new(to);
        writer.Byte((byte)AnchorKind.Path);
        writer.Unsigned((ulong)(leg + 1));
        writer.Unsigned((ulong)path.Stamp.FromNs);
        writer.Unsigned((ulong)path.Stamp.ToNs);
        writer.Unsigned((ulong)path.Mirror.FromNs);
        writer.Unsigned((ulong)path.Mirror.ToNs);
        return writer.Length;
    }

    /// <summary>Reads the stamp path of a leg into the table; false where it is none.</summary>
    public static bool TryReadPath(ReadOnlySpan<byte> from, StampPaths paths)
    {
        VarReader reader = new(from[1..]);
        ulong leg = reader.Unsigned();
        DelayRange stamp = new((long)reader.Unsigned(), (long)reader.Unsigned());
        DelayRange mirror = new((long)reader.Unsigned(), (long)reader.Unsigned());
        return reader.IsWhole && leg <= Limits.Legs && paths.TrySet((int)leg - 1, new StampPath(stamp, mirror));
    }
}
