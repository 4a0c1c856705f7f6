namespace Appliance.Lab.Traffic;

/// <summary>Where a packet's payload comes from.</summary>
internal enum PayloadKind : byte
{
    None,

    /// <summary>A run of the random pool.</summary>
    Pool,

    /// <summary>A piece of the flow's ClientHello.</summary>
    Hello,

    /// <summary>A sealed client Initial of the flow.</summary>
    QuicInitial,

    /// <summary>The server's sealed Initial.</summary>
    QuicServerInitial,

    /// <summary>QUIC 1-RTT: short header with the flow's connection id, then a run of the pool.</summary>
    QuicShort,
    DnsQuery,
    DnsResponse,

    /// <summary>12 bytes of RTP header, then a run of the pool.</summary>
    Rtp,
    EchoLinux,

    /// <summary>The 32 letters that Windows sends: nothing in them is the line's own.</summary>
    EchoWindows,

    /// <summary>A command of an FTP client, and a reply.</summary>
    FtpCommand,
    FtpReply,
    SipRequest,
    SipAnswer,
}

/// <summary>One packet waiting for its stamp: all that the frame writer needs beside the flow itself.</summary>
internal struct Emission
{
    public long StampNs;

    /// <summary>Slot of the live flow.</summary>
    public int Slot;

    /// <summary>Next emission of the same tick, -1 at the end.</summary>
    public int Next;

    /// <summary>TCP: sequence. Otherwise the packet's number in its direction.</summary>
    public uint Sequence;
    public uint Acknowledgment;
    public uint TsValue;
    public uint TsEcho;

    /// <summary>Where the payload begins in the pool or the ClientHello.</summary>
    public int PayloadOffset;

    /// <summary>Payload bytes of TCP; of the pool part for UDP.</summary>
    public ushort PayloadLength;
    public ushort IpId;

    /// <summary>What gateways in the NAT have made the line's side of the connection longer so far, bytes.</summary>
    public short Longer;
    public byte TcpFlags;
    public PayloadKind Payload;

    /// <summary>From the subscriber to the internet.</summary>
    public bool Up;

    /// <summary>
    /// Not counted in the truth: the mirror's second showing of a frame, or a fragment whose ports nothing shows.
    /// </summary>
    public bool IsUncounted;

    /// <summary>Shown outside on its way from one half of a hairpin to the other.</summary>
    public bool IsTransit;

    /// <summary>0 for a whole packet, else the number of the fragment.</summary>
    public byte Fragment;
}

/// <summary>A flow between its first and its last packet on one leg.</summary>
internal struct LiveFlow
{
    public FlowSpec Spec;
    public Prng Random;

    /// <summary>What the leg does to the flow's packets: differs between legs, and between twins of a probe.</summary>
    public ulong LegSeed;

    /// <summary>Base time of the next step, before the leg's delay and jitter.</summary>
    public long NextNs;

    /// <summary>Next flow in the same tick of the wheel, or in the free list; -1 at the end.</summary>
    public int NextSlot;

    /// <summary>Packets walked so far.</summary>
    public int Step;

    /// <summary>Emissions that wait for their stamp.</summary>
    public int Waiting;
    public uint SequenceUp;
    public uint SequenceDown;
    public uint TsBaseUp;
    public uint TsBaseDown;
    public ushort IpIdUp;
    public ushort IpIdDown;

    /// <inheritdoc cref="Emission.Longer"/>
    public short Longer;

    /// <summary>ClientHello bytes already sent, and all of them.</summary>
    public ushort HelloSent;
    public ushort HelloLength;

    /// <summary>Steps of handshake and hello that come before data.</summary>
    public ushort OpeningSteps;

    /// <summary>Style of the flow's content: see the scripts.</summary>
    public byte Style;

    /// <summary>How a TCP flow ends: 0 FIN, 1 RST up, 2 RST down, 3 not at all.</summary>
    public byte Ending;

    /// <summary>Payload length of the last data packet, and where it began: a retransmission shows it again.</summary>
    public ushort LastLength;
    public int LastOffset;
    public bool LastUp;
}
