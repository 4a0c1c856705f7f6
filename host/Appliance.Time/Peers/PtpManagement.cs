using System.Buffers.Binary;

namespace Appliance.Time.Peers;

/// <summary>Data sets that are asked of ptp4l.</summary>
public enum PtpDataSet : ushort
{
    /// <summary>Steps to the grandmaster, mean path delay (IEEE 1588-2019, 15.5.3.4.1).</summary>
    Current = 0x2001,

    /// <summary>The grandmaster and the quality of its clock (15.5.3.4.2).</summary>
    Parent = 0x2002,

    /// <summary>TAI less UTC, leap seconds, traceability (15.5.3.5.1).</summary>
    TimeProperties = 0x2003,

    /// <summary>State of a port (15.5.3.6.1).</summary>
    Port = 0x2004,

    /// <summary>linuxptp's own: offset and when it was measured.</summary>
    TimeStatus = 0xC000,
}

/// <summary>
/// Management messages of IEEE 1588 as ptp4l answers them on its Unix socket (and pmc sends them). Big-endian.
/// </summary>
/// <remarks>
/// <code>
/// header  0 0x0D | 1 version 2 | 2 length u2 | 4 domain | 20 source port 8+2 | 30 sequence u2 | 32 control 4 | 33 0x7F
/// message 34 target port 10 | 44 hops u1 | 45 hops u1 | 46 action u1 (0 get, 2 response)
/// TLV     48 type u2 (1 management, 2 error) | 50 length u2 (2 + data) | 52 data set u2 | 54 data
/// </code>
/// </remarks>
public static class PtpManagement
{
    /// <summary>Longest answer that is asked for here.</summary>
    public const int ReplyBytesMax = 512;

    private const byte Management = 0x0D;
    private const byte Version = 2;
    private const int DataOffset = 54;
    private const byte Response = 2;
    private const ushort TlvManagement = 1;
    private const byte AnyPort = 0xFF;

    // 36 years: sums of what a message may hold stay within 64 bits.
    private const long OffsetNsMax = 1L << 60;

    /// <summary>A question for one data set of all ports.</summary>
    /// <param name="set">Which data set.</param>
    /// <param name="domain">PTP domain; ptp4l answers for its own only.</param>
    /// <param name="sequence">Comes back in the answer.</param>
    public static byte[] Ask(PtpDataSet set, byte domain, ushort sequence)
    {
        byte[] message = new byte[DataOffset];
        message[0] = Management;
        message[1] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), DataOffset);
        message[4] = domain;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(30), sequence);
        message[32] = 4; // management, in the control field of version 1
        message[33] = 0x7F;
        message.AsSpan(34, 10).Fill(AnyPort);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(48), TlvManagement);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(50), 2);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(52), (ushort)set);
        return message;
    }

    /// <summary>Reads an answer into the state; false where it is none, an error, or too short.</summary>
    public static bool TryTake(ReadOnlySpan<byte> reply, byte domain, ushort sequence, ref PtpState state)
    {
        if (reply.Length < DataOffset || (reply[0] & 0x0F) != Management || (reply[1] & 0x0F) != Version ||
            reply[4] != domain || (reply[46] & 0x0F) != Response ||
            BinaryPrimitives.ReadUInt16BigEndian(reply[30..]) != sequence ||
            BinaryPrimitives.ReadUInt16BigEndian(reply[48..]) != TlvManagement)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(reply[50..]) - 2;
        if (length < 0 || DataOffset + length > reply.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> data = reply.Slice(DataOffset, length);
        return (PtpDataSet)BinaryPrimitives.ReadUInt16BigEndian(reply[52..]) switch
        {
            PtpDataSet.Current => TakeCurrent(data, ref state),
            PtpDataSet.Parent => TakeParent(data, ref state),
            PtpDataSet.TimeProperties => TakeProperties(data, ref state),
            PtpDataSet.Port => TakePort(data, ref state),
            PtpDataSet.TimeStatus => TakeStatus(data, ref state),
            _ => false,
        };
    }

    // 0 stepsRemoved u2 | 2 offsetFromMaster i8 ns * 2^16 | 10 meanPathDelay i8 ns * 2^16
    private static bool TakeCurrent(ReadOnlySpan<byte> data, ref PtpState state)
    {
        if (data.Length < 18)
        {
            return false;
        }

        state.StepsRemoved = BinaryPrimitives.ReadUInt16BigEndian(data);
        state.PathDelayNs = BinaryPrimitives.ReadInt64BigEndian(data[10..]) >> 16;
        return true;
    }

    // 0 parentPort 10 | 10 stats | 12 variance u2 | 14 rate i4 | 18 priority1 | 19 class u1 | 20 accuracy u1 | 21 vari-
    // ance u2 | 23 priority2 | 24 grandmaster 8
    private static bool TakeParent(ReadOnlySpan<byte> data, ref PtpState state)
    {
        if (data.Length < 32)
        {
            return false;
        }

        state.ClockClass = data[19];
        state.ClockAccuracy = data[20];
        state.Grandmaster = BinaryPrimitives.ReadUInt64BigEndian(data[24..]);
        return true;
    }

    // 0 currentUtcOffset i2 | 2 flags: 1 leap61, 2 leap59, 4 offset valid, 8 PTP scale, 0x10 traceable | 3 source
    private static bool TakeProperties(ReadOnlySpan<byte> data, ref PtpState state)
    {
        if (data.Length < 4)
        {
            return false;
        }

        state.UtcOffset = BinaryPrimitives.ReadInt16BigEndian(data);
        state.TimeFlags = data[2];
        return true;
    }

    // 0 port 10 | 10 portState u1: 9 SLAVE ... One answer a port: the slave among them counts.
    private static bool TakePort(ReadOnlySpan<byte> data, ref PtpState state)
    {
        if (data.Length < 11)
        {
            return false;
        }

        state.HasSlave |= data[10] == PtpState.Slave;
        return true;
    }

    // 0 master_offset i8 ns | 8 ingress_time i8 ns | 16 rate i4 | 20 phase i4 | 24 base u2 | 26 phase 12 | 38 gmPresent
    // i4 | 42 gmIdentity 8
    private static bool TakeStatus(ReadOnlySpan<byte> data, ref PtpState state)
    {
        if (data.Length < 50)
        {
            return false;
        }

        state.OffsetNs = Math.Clamp(BinaryPrimitives.ReadInt64BigEndian(data), -OffsetNsMax, OffsetNsMax);
        state.IngressNs = Math.Max(0, BinaryPrimitives.ReadInt64BigEndian(data[8..]));
        state.HasGrandmaster = BinaryPrimitives.ReadInt32BigEndian(data[38..]) != 0;
        return true;
    }
}
