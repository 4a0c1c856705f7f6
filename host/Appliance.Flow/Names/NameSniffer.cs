using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Finds the service name of a flow in its first packets: TLS ClientHello over TCP, split and out of order; QUIC
/// Initial;
/// HTTP/1 Host; DNS question. One for the packet thread; all memory is taken at start. The name of the flow is what
/// the client asked for, in lower case, checked to be a name.
/// </summary>
public sealed class NameSniffer
{
    private const ushort DnsPort = 53;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Syn = 2;
    private const byte Ack = 16;
    private readonly NameBuffers buffers;
    private readonly QuicInitial quic = new();
    private readonly NameStream stream = new();
    private uint lastToken;

    /// <param name="bufferCount">Unfinished hellos held at one time, each <see cref="Limits.NameBufferBytes"/>.</param>
    public NameSniffer(int bufferCount = Limits.NameBuffers)
    {
        buffers = new NameBuffers(bufferCount);
    }

    /// <summary>The name last found; valid until the next call.</summary>
    public ReadOnlySpan<byte> Name => stream.Name;

    /// <summary>Where the name last found was read.</summary>
    public ServiceSource Source => stream.Source;

    /// <summary>The ClientHello had an encrypted one inside: the name is the cover's.</summary>
    public bool IsEncrypted => stream.IsEncrypted;

    /// <summary>Flows whose name was not looked for, or given up, for want of a buffer.</summary>
    public ulong Skipped { get; private set; }

    /// <summary>Buffers that no flow holds.</summary>
    public int FreeBuffers => buffers.Free;

    /// <summary>
    /// Looks at one packet of a flow. Bring every packet, the SYN included, until the outcome is not
    /// <see cref="NameOutcome.More"/>.
    /// </summary>
    /// <param name="state">The flow's own; default at its first packet.</param>
    /// <param name="view">The decoded packet.</param>
    /// <param name="frame">The frame that the view was decoded from.</param>
    /// <param name="fromClient">The packet goes from the side that opened the flow.</param>
    /// <param name="stampNs">The packet's raw time.</param>
    public NameOutcome Inspect(
        ref NameState state, in PacketView view, ReadOnlySpan<byte> frame, bool fromClient, long stampNs)
    {
        // Later fragments of a datagram have no place of their own; those of a segment go on in its stream.
        bool isPiece = view.FragmentOffset != 0 && view.Protocol != Tcp;
        if (view.Kind != PacketKind.Flow || isPiece || view.Protocol is not (Tcp or Udp))
        {
            return view.Protocol is Tcp or Udp ? NameOutcome.More : NameOutcome.None;
        }

        if (view.Protocol == Tcp && (view.TcpFlags & (Syn | Ack)) == Syn)
        {
            Restart(ref state, view.Sequence + 1, fromClient);
        }

        if (view.PayloadCaptured == 0)
        {
            return NameOutcome.More;
        }

        ReadOnlySpan<byte> payload = frame.Slice(view.PayloadOffset, view.PayloadCaptured);
        state.Packets++;
        NameOutcome outcome = view.Protocol == Udp
            ? Datagram(ref state, view, payload, fromClient, stampNs)
            : Segment(ref state, view, payload, fromClient, stampNs);
        if (outcome == NameOutcome.More && state.Packets >= Limits.NamePacketsMax)
        {
            return Close(ref state);
        }

        if (outcome != NameOutcome.More)
        {
            Release(ref state);
        }

        return outcome;
    }

    /// <summary>
    /// The flow is over or will not be brought again: what of a hello is there may hold the name already.
    /// </summary>
    public NameOutcome Close(ref NameState state)
    {
        NameOutcome outcome = NameOutcome.None;
        if (state.Buffer != 0 && buffers.IsTakenWith(state.Buffer, state.Token))
        {
            ReadOnlySpan<byte> prefix = buffers.Prefix(state.Buffer);
            outcome = buffers.HasKeys(state.Buffer) ? stream.Quic(prefix, true) : stream.Read(prefix, false, true);
        }

        Release(ref state);
        return outcome == NameOutcome.Found ? outcome : NameOutcome.None;
    }

    /// <summary>The flow is forgotten: gives its buffer back.</summary>
    public void Release(ref NameState state)
    {
        buffers.Return(state.Buffer, state.Token);
        state.Buffer = 0;
    }

    private void Restart(ref NameState state, uint start, bool fromClient)
    {
        Release(ref state);
        state.Token = start;
        state.Packets = 0;
        state.Flags = NameFlags.StartKnown | (fromClient ? NameFlags.StartFromClient : 0);
    }

    private NameOutcome Segment(
        ref NameState state, in PacketView view, ReadOnlySpan<byte> payload, bool fromClient, long stampNs)
    {
        uint sequence = view.Sequence + ((view.TcpFlags & Syn) != 0 ? 1u : 0u);
        uint offset = sequence - state.Token;
        bool isThatWay = (state.Flags & NameFlags.StartKnown) != 0
            && fromClient == ((state.Flags & NameFlags.StartFromClient) != 0);
        bool isCut = view.PayloadCaptured < view.PayloadLength;
        if (state.Buffer != 0)
        {
            return isThatWay ? Continue(ref state, view, payload, offset, isCut) : NameOutcome.More;
        }

        if (isThatWay && (state.Flags & NameFlags.StartTried) == 0 && offset < Limits.NameBufferBytes)
        {
            return Begin(ref state, view, payload, offset, stampNs);
        }

        // Without its beginning, or behind a STARTTLS, a stream is looked at only where a message begins a packet.
        if (!NameStream.LooksLikeHead(payload))
        {
            return NameOutcome.More;
        }

        state.Token = sequence;
        state.Flags = NameFlags.StartKnown | (fromClient ? NameFlags.StartFromClient : 0);
        return Begin(ref state, view, payload, 0, stampNs);
    }

    private NameOutcome Begin(
        ref NameState state, in PacketView view, ReadOnlySpan<byte> payload, uint offset, long stampNs)
    {
        if (offset == 0)
        {
            bool isCut = view.PayloadCaptured < view.PayloadLength;
            NameOutcome outcome = stream.Read(payload, view.DestinationPort == DnsPort, isCut);
            if (outcome != NameOutcome.More || stream.IsForeign)
            {
                state.Flags |= NameFlags.StartTried;
                return outcome;
            }
        }

        state.Buffer = buffers.Take(NameOwner.Of(view, state.Token), stampNs);
        if (state.Buffer == 0)
        {
            Skipped++;
            return NameOutcome.None;
        }

        buffers.Add(state.Buffer, offset, payload);
        return NameOutcome.More;
    }

    private NameOutcome Continue(
        ref NameState state, in PacketView view, ReadOnlySpan<byte> payload, uint offset, bool isCut)
    {
        if (!buffers.Belongs(state.Buffer, NameOwner.Of(view, state.Token)))
        {
            state.Buffer = 0;
            Skipped++;
            return NameOutcome.None;
        }

        buffers.Add(state.Buffer, offset, payload);
        ReadOnlySpan<byte> prefix = buffers.Prefix(state.Buffer);
        if (prefix.IsEmpty)
        {
            return NameOutcome.More;
        }

        bool isFinal = prefix.Length == Limits.NameBufferBytes || isCut;
        NameOutcome outcome = stream.Read(prefix, view.DestinationPort == DnsPort, isFinal);
        if (outcome == NameOutcome.More && stream.IsForeign)
        {
            state.Flags |= NameFlags.StartTried;
            Release(ref state);
        }

        return outcome;
    }

    private NameOutcome Datagram(
        ref NameState state, in PacketView view, ReadOnlySpan<byte> payload, bool fromClient, long stampNs)
    {
        if (view.DestinationPort == DnsPort || view.SourcePort == DnsPort)
        {
            NameOutcome found = stream.Dns(payload);
            return found == NameOutcome.None && state.Packets < Limits.NameUdpMissesMax ? NameOutcome.More : found;
        }

        if (!fromClient)
        {
            return NameOutcome.More;
        }

        QuicVersion? version = quic.Recognise(payload);
        if (version is not null)
        {
            return Initial(ref state, view, payload, version, stampNs);
        }

        return state.Buffer == 0 && state.Packets >= Limits.NameUdpMissesMax ? NameOutcome.None : NameOutcome.More;
    }

    private NameOutcome Initial(
        ref NameState state, in PacketView view, ReadOnlySpan<byte> payload, QuicVersion version, long stampNs)
    {
        NameOwner owner = NameOwner.Of(view, state.Token);
        if (state.Buffer != 0 && !buffers.Belongs(state.Buffer, owner))
        {
            state.Buffer = 0;
            Skipped++;
            return NameOutcome.None;
        }

        if (state.Buffer == 0)
        {
            buffers.Reset(0, owner, stampNs);
        }

        if (!quic.Open(payload, version, buffers, state.Buffer))
        {
            return NameOutcome.More;
        }

        ReadOnlySpan<byte> prefix = buffers.Prefix(state.Buffer);
        NameOutcome outcome = stream.Quic(prefix, prefix.Length == Limits.NameBufferBytes);
        return outcome == NameOutcome.More && state.Buffer == 0 ? Keep(ref state, view, stampNs) : outcome;
    }

    // The hello goes on in the next datagram: what the scratch buffer holds moves to one of the flow's own.
    private NameOutcome Keep(ref NameState state, in PacketView view, long stampNs)
    {
        state.Token = ++lastToken;
        state.Buffer = buffers.Take(NameOwner.Of(view, state.Token), stampNs);
        if (state.Buffer == 0)
        {
            Skipped++;
            return NameOutcome.None;
        }

        buffers.CopyScratch(state.Buffer);
        return NameOutcome.More;
    }
}
