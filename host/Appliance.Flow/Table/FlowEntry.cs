using System.Runtime.InteropServices;

namespace Appliance.Flow;

/// <summary>What was seen of a flow; kept in one byte of the hot line.</summary>
[Flags]
internal enum Seen : byte
{
    None = 0,

    /// <summary>The inside key is in its index.</summary>
    Inside = 1,

    /// <summary>The outside key is in its index.</summary>
    Outside = 2,
    FinUp = 4,
    FinDown = 8,
    Reset = 16,
    Up = 32,
    Down = 64,

    /// <summary>Which end is the line was guessed from the first packet, not known from a prefix.</summary>
    EndGuessed = 128,

    /// <summary>FIN both ways.</summary>
    Finished = FinUp | FinDown,
}

/// <summary>What was decided about a flow; kept in one byte of the hot line.</summary>
[Flags]
internal enum Marks : byte
{
    None = 0,

    /// <summary>Both ends are inside: no outside leg is expected.</summary>
    OnNet = 1,

    /// <summary>Attributed: the outside key was found by the join.</summary>
    Joined = 2,

    /// <summary>The last record says all there is: no packet came and nothing was decided since.</summary>
    Settled = 4,

    /// <summary>A record was written.</summary>
    Recorded = 8,

    /// <summary>The search for a service name is over.</summary>
    NameDone = 16,

    /// <summary>The inside leg has been silent for longer than the delay window while the outside was not.</summary>
    InsideQuiet = 32,

    /// <summary>The remote sent the first packet: it is the client.</summary>
    OpenedByRemote = 64,

    /// <summary>An inside flow whose remote is one of the NAT's own public addresses.</summary>
    Hairpin = 128,
}

/// <summary>
/// The cache line of a flow that every packet touches.
/// <code>
///  0 key A (line, remote)   8 key B (ports, realm, protocol, flags)   16 public address, port, outside realm
/// 24 last packet           32 packets up, down                 40 bytes up   48 bytes down
/// 56 seen, marks           58 samples taken (4 x 4 bits)       60 join state
/// </code>
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8, Size = 64)]
internal struct HotFlow
{
    private const ulong RemotePart = 0x0000_FFFF_0000_FF00 | (byte)KeyFlags.Remote;

    /// <summary>
    /// Inside key, and in its flags whether the public address is a number; of an outside half only the remote's part
    /// and the protocol are set.
    /// </summary>
    public ulong KeyA;
    public ulong KeyB;
    public uint PublicAddress;
    public ushort PublicPort;
    public ushort OutsideRealm;

    /// <summary>Stamp of the last packet of the leg that counts.</summary>
    public long LastNs;
    public uint PacketsUp;
    public uint PacketsDown;
    public ulong BytesUp;
    public ulong BytesDown;
    public Seen Seen;
    public Marks Marks;

    /// <summary>Samples of the join: inside up, inside down, outside up, outside down, 4 bits each.</summary>
    public ushort Samples;

    /// <summary>Number of the flow's join state; 0 without one.</summary>
    public int Join;

    public readonly FlowKey InsideKey => new(KeyA, KeyB & ~(ulong)KeyFlags.Public);

    public readonly FlowKey OutsideKey => new(
        ((ulong)PublicAddress << 32) | (uint)KeyA,
        ((ulong)PublicPort << 48) | (KeyB & RemotePart) | ((ulong)OutsideRealm << 16)
        | ((KeyB & (byte)KeyFlags.Public) >> 2));

    public readonly KeyFlags Flags => (KeyFlags)(byte)KeyB;

    /// <summary>
    /// The half of a hairpin that goes to the called line: to the join it is what an outside flow is otherwise.
    /// </summary>
    public readonly bool IsCalledHalf =>
        (Marks & (Marks.Hairpin | Marks.OpenedByRemote)) == (Marks.Hairpin | Marks.OpenedByRemote);

    public readonly byte Protocol => (byte)(KeyB >> 8);

    public void SetInside(FlowKey key)
    {
        KeyA = key.A;
        KeyB = key.B;
    }

    /// <summary>Sets what an outside half knows.</summary>
    public void SetOutsideOnly(FlowKey key)
    {
        KeyA = key.Remote;
        KeyB = key.B & RemotePart;
        SetPublic(key.Line, key.LinePort, key.Realm, key.IsLineNumber);
    }

    /// <summary>Sets the public end; references to it are the caller's business.</summary>
    public void SetPublic(uint address, ushort port, ushort realm, bool isNumber)
    {
        PublicAddress = address;
        PublicPort = port;
        OutsideRealm = realm;
        KeyB = (KeyB & ~(ulong)KeyFlags.Public) | (isNumber ? (byte)KeyFlags.Public : 0UL);
    }

    /// <summary>TCP after FIN both ways or a reset.</summary>
    public readonly bool IsClosing => (Seen & Seen.Reset) != 0 || (Seen & Seen.Finished) == Seen.Finished;
}

/// <summary>What only events touch.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8, Size = 56)]
internal struct ColdFlow
{
    public ulong FlowNumber;
    public long StartNs;
    public int NameSlot;
    public uint Route;

    /// <summary>Sequence number of the first SYN from the line; tells a new handshake from a repeated one.</summary>
    public uint InitialSequence;
    public ushort LegRule;
    public ushort EvidenceBits;

    /// <summary>Records due by age so far: 1 at 5 s, 2 at 60 s, one more every 300 s.</summary>
    public ushort Stage;

    /// <summary>Bits 32 to 39 of the packet counters.</summary>
    public byte PacketsUpHigh;
    public byte PacketsDownHigh;
    public Wire.ServiceSource NameSource;

    /// <summary>Samples in a row that the inside did not show.</summary>
    public byte Misses;

    /// <summary>Rule of the outside leg, once joined.</summary>
    public ushort OutsideRule;

    /// <summary>Last sample of the outside leg, once joined.</summary>
    public long LastOutsideNs;

    /// <summary>How far the search for the service name is.</summary>
    public NameState Name;
}
