namespace Appliance.Supervisor.Link;

/// <summary>
/// One end of the link: frames, sessions, sequence numbers, acknowledgements and repetition; no line of its own. Bytes
/// and the time go in, messages go to the handler, bytes for the line come out. Both sides run this source. Every
/// array is taken at the start. LINK.md has the layout.
/// </summary>
public sealed class LinkPort
{
    private readonly int role;
    private readonly ILinkHandler handler;
    private readonly LinkInput input = new LinkInput();
    private readonly LinkOutput output;
    private readonly byte[] payload = new byte[LinkLimits.PayloadBytesMax];
    private readonly byte[] acknowledgement = new byte[4];
    private int peerSession = -1;
    private int peerSequence;
    private int peerReliable;
    private int strangeReliable;
    private int strangeCount;

    /// <summary>
    /// An end with its role (<see cref="LinkRole"/>) and a session, 0 to 65,535, that differs from the one before:
    /// the chip counts its starts, the host takes the low bits of its start time.
    /// </summary>
    public LinkPort(int role, int session, ILinkHandler handler)
    {
        this.role = role;
        this.handler = handler;
        output = new LinkOutput(session & 0xFFFF);
    }

    /// <summary>The peer's session, or -1 before its first frame.</summary>
    public int PeerSession => peerSession;

    /// <summary>Times that the peer's session changed after the first.</summary>
    public int PeerRestarts { get; private set; }

    /// <summary>Frames whose stuffing, CRC, length or header was wrong.</summary>
    public int BadFrames => input.Bad + badHeaders;

    /// <summary>Frames that never came, by the peer's sequence numbers.</summary>
    public int LostFrames { get; private set; }

    /// <summary>Frames of another version of the protocol.</summary>
    public int OtherVersionFrames { get; private set; }

    /// <summary>Frames of a kind that this side sends itself or does not know.</summary>
    public int StrangeFrames { get; private set; }

    /// <summary>Reliable messages that came again and were only acknowledged.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Messages that found no room and were not sent.</summary>
    public int Dropped => output.Dropped;

    /// <summary>Reliable messages that are not acknowledged yet.</summary>
    public int Waiting => output.Waiting;

    private int badHeaders;

    /// <summary>
    /// Queues a message of <paramref name="length"/> payload bytes; false, counted in <see cref="Dropped"/>, where it
    /// is too long or there is no room.
    /// </summary>
    public bool Send(int kind, byte[] message, int length) => output.Send(kind, message, length);

    /// <summary>Takes bytes from the line.</summary>
    public void Receive(byte[] bytes, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int length = input.Take(bytes[i]);
            if (length >= 0)
            {
                Accept(input.Body, length);
            }
        }
    }

    /// <summary>
    /// Bytes for the line into <paramref name="bytes"/>; returns how many, 0 where there is nothing to say.
    /// </summary>
    public int Collect(byte[] bytes, int max, long nowMs) => output.Collect(bytes, max, nowMs);

    private void Accept(byte[] body, int length)
    {
        if (length < LinkLimits.HeaderBytes)
        {
            badHeaders++;
            return;
        }

        int kind = body[1];
        if (body[0] != LinkLimits.Version && kind != LinkKind.Hello)
        {
            OtherVersionFrames++;
            return;
        }

        int reliable = LinkBytes.U16(body, 6);
        if (!LinkKind.IsFor(role, kind) || LinkKind.IsReliable(kind) != (reliable != 0))
        {
            StrangeFrames++;
            return;
        }

        Follow(LinkBytes.U16(body, 2), LinkBytes.U16(body, 4));
        int payloadLength = length - LinkLimits.HeaderBytes;
        LinkBytes.Copy(body, LinkLimits.HeaderBytes, payload, 0, payloadLength);
        Deliver(kind, reliable, payloadLength);
    }

    private void Follow(int session, int sequence)
    {
        if (session != peerSession)
        {
            PeerRestarts += peerSession >= 0 ? 1 : 0;
            peerSession = session;
            peerReliable = 0;
            strangeCount = 0;
        }
        else
        {
            LostFrames += (sequence - peerSequence - 1) & 0xFFFF;
        }

        peerSequence = sequence;
    }

    private void Deliver(int kind, int reliable, int length)
    {
        if (kind == LinkKind.Acknowledgement)
        {
            if (length == 4)
            {
                output.Acknowledge(LinkBytes.U16(payload, 0), LinkBytes.U16(payload, 2));
            }

            return;
        }

        if (reliable == 0)
        {
            handler.Take(kind, payload, length);
            return;
        }

        if (reliable == peerReliable)
        {
            Duplicates++;
            Acknowledge(reliable);
        }
        else if (IsNext(reliable) && handler.Take(kind, payload, length))
        {
            peerReliable = reliable;
            Acknowledge(reliable);
        }
    }

    // After a start of this side any number is the first. Later the next one follows the last: one message at a time is
    // under way. Another number can only come of a frame that was wrong and passed its CRC; said often, it is taken.
    private bool IsNext(int reliable)
    {
        if (peerReliable == 0 || reliable == LinkOutput.After(peerReliable))
        {
            return true;
        }

        strangeCount = reliable == strangeReliable ? strangeCount + 1 : 1;
        strangeReliable = reliable;
        return strangeCount >= LinkLimits.OutOfOrderMax;
    }

    private void Acknowledge(int reliable)
    {
        strangeCount = 0;
        LinkBytes.PutU16(acknowledgement, 0, peerSession);
        LinkBytes.PutU16(acknowledgement, 2, reliable);
        output.Send(LinkKind.Acknowledgement, acknowledgement, 4);
    }
}
