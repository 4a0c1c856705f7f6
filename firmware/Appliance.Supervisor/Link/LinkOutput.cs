namespace Appliance.Supervisor.Link;

/// <summary>
/// The sending half: a ring of bytes for the line, and a queue of messages that wait for their acknowledgement. One of
/// them is under way at a time; it is sent again after 250 ms, then after 500, 1,000, and every 2,000 ms without end.
/// </summary>
public sealed class LinkOutput
{
    private readonly int session;
    private readonly byte[] ring = new byte[LinkLimits.OutputBytesMax];
    private readonly byte[][] waiting = new byte[LinkLimits.WaitingMax][];
    private readonly int[] waitingKind = new int[LinkLimits.WaitingMax];
    private readonly int[] waitingLength = new int[LinkLimits.WaitingMax];
    private readonly byte[] body = new byte[LinkFrame.BodyBytesMax];
    private readonly byte[] frame = new byte[LinkFrame.StuffedBytesMax + 1];
    private int ringFirst;
    private int ringCount;
    private int waitingFirst;
    private int sequence;
    private int reliable = 1;
    private int tries;
    private long sentAtMs;

    /// <summary>The sender of one session.</summary>
    public LinkOutput(int session)
    {
        this.session = session;
        for (int i = 0; i < waiting.Length; i++)
        {
            waiting[i] = new byte[LinkLimits.PayloadBytesMax];
        }
    }

    /// <summary>Messages that found no room.</summary>
    public int Dropped { get; private set; }

    /// <summary>Reliable messages that are not acknowledged yet.</summary>
    public int Waiting { get; private set; }

    /// <summary>The reliable number after this one; zero means none and is left out.</summary>
    public static int After(int reliable) => reliable == 0xFFFF ? 1 : reliable + 1;

    /// <summary>Queues a message; false where it does not fit.</summary>
    public bool Send(int kind, byte[] message, int length)
    {
        if (length < 0 || length > LinkLimits.PayloadBytesMax || length > message.Length)
        {
            Dropped++;
            return false;
        }

        bool taken = LinkKind.IsReliable(kind) ? Queue(kind, message, length) : Frame(kind, 0, message, length);
        Dropped += taken ? 0 : 1;
        return taken;
    }

    /// <summary>The peer has it: the next one may go.</summary>
    public void Acknowledge(int ofSession, int number)
    {
        if (ofSession == session && Waiting > 0 && tries > 0 && number == reliable)
        {
            waitingFirst = (waitingFirst + 1) % LinkLimits.WaitingMax;
            Waiting--;
            reliable = After(reliable);
            tries = 0;
        }
    }

    /// <summary>Bytes for the line.</summary>
    public int Collect(byte[] bytes, int max, long nowMs)
    {
        if (Waiting > 0 && (tries == 0 || nowMs - sentAtMs >= RetryMs()))
        {
            bool framed = Frame(
                waitingKind[waitingFirst], reliable, waiting[waitingFirst], waitingLength[waitingFirst]);
            tries += framed ? 1 : 0;
            sentAtMs = nowMs;
        }

        int count = ringCount < max ? ringCount : max;
        for (int i = 0; i < count; i++)
        {
            bytes[i] = ring[(ringFirst + i) % ring.Length];
        }

        ringFirst = (ringFirst + count) % ring.Length;
        ringCount -= count;
        return count;
    }

    private int RetryMs()
    {
        int wait = LinkLimits.RetryFirstMs;
        for (int i = 1; i < tries && wait < LinkLimits.RetryLastMs; i++)
        {
            wait *= 2;
        }

        return wait < LinkLimits.RetryLastMs ? wait : LinkLimits.RetryLastMs;
    }

    private bool Queue(int kind, byte[] message, int length)
    {
        if (Waiting == LinkLimits.WaitingMax)
        {
            return false;
        }

        int at = (waitingFirst + Waiting) % LinkLimits.WaitingMax;
        LinkBytes.Copy(message, 0, waiting[at], 0, length);
        waitingKind[at] = kind;
        waitingLength[at] = length;
        Waiting++;
        return true;
    }

    private bool Frame(int kind, int number, byte[] message, int length)
    {
        body[0] = LinkLimits.Version;
        body[1] = (byte)kind;
        LinkBytes.PutU16(body, 2, session);
        LinkBytes.PutU16(body, 4, sequence);
        LinkBytes.PutU16(body, 6, number);
        LinkBytes.Copy(message, 0, body, LinkLimits.HeaderBytes, length);
        int written = LinkFrame.Encode(body, LinkLimits.HeaderBytes + length, frame);
        if (ringCount + written > ring.Length)
        {
            return false;
        }

        for (int i = 0; i < written; i++)
        {
            ring[(ringFirst + ringCount + i) % ring.Length] = frame[i];
        }

        ringCount += written;
        sequence = (sequence + 1) & 0xFFFF;
        return true;
    }
}
