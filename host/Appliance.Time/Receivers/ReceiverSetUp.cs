using System.Buffers.Binary;
using Appliance.Time.Observations;

namespace Appliance.Time.Receivers;

/// <summary>How far a set-up has come.</summary>
public enum SetUpState : byte
{
    Running = 0,

    /// <summary>Every step was acknowledged, or refused where that is allowed.</summary>
    Done = 1,

    /// <summary>A step that is needed was refused, or nothing answers.</summary>
    Failed = 2,
}

/// <summary>
/// Sets a u-blox receiver up: one message, its acknowledgement, the next. A message without an answer is sent again
/// after a second, three times in all. Bytes and time in, bytes out; the line belongs to the caller.
/// </summary>
public sealed class ReceiverSetUp(SetUpOptions options)
{
    private const long PatienceNs = 1_000_000_000;

    private readonly SetUpStep[] steps = SetUpSteps.For(options);
    private readonly List<string> refused = [];
    private int at;
    private int tries;
    private long sentAtNs;

    /// <summary>How far it has come.</summary>
    public SetUpState State { get; private set; }

    /// <summary>The step at which it failed, and why; empty otherwise.</summary>
    public string Failure { get; private set; } = "";

    /// <summary>What the receiver refused, though it is only wished for.</summary>
    public IReadOnlyList<string> Refused => refused;

    /// <summary>The frame to send now; false where there is none (yet).</summary>
    /// <param name="now">MONOTONIC_RAW.</param>
    /// <param name="frame">A whole UBX frame.</param>
    public bool TryNext(RawTime now, out byte[] frame)
    {
        frame = [];
        if (State != SetUpState.Running || (tries > 0 && now.Nanoseconds - sentAtNs < PatienceNs))
        {
            return false;
        }

        if (tries == ReceiverLimits.SetUpTriesMax)
        {
            Fail("no answer: check the line, its speed, and that UBX is allowed in");
            return false;
        }

        tries++;
        sentAtNs = now.Nanoseconds;
        frame = Frame(steps[at].Message, steps[at].Payload);
        return true;
    }

    /// <summary>Takes an ACK-ACK or ACK-NAK: <c>0 class | 1 identity</c> of the message that it answers.</summary>
    internal void Answer(bool isAccepted, ReadOnlySpan<byte> body)
    {
        if (State != SetUpState.Running || tries == 0 || body.Length < 2 ||
            BinaryPrimitives.ReadUInt16BigEndian(body) != steps[at].Message)
        {
            return;
        }

        if (!isAccepted && steps[at].IsRequired)
        {
            Fail("refused: is it a timing receiver of the family that the configuration names?");
            return;
        }

        if (!isAccepted)
        {
            refused.Add(steps[at].Name);
        }

        at++;
        tries = 0;
        State = at == steps.Length ? SetUpState.Done : SetUpState.Running;
    }

    private void Fail(string why)
    {
        State = SetUpState.Failed;
        Failure = $"{steps[at].Name}: {why}";
    }

    /// <summary>A whole frame around a payload.</summary>
    internal static byte[] Frame(ushort message, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[8 + payload.Length];
        frame[0] = 0xB5;
        frame[1] = 0x62;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), message);
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(4), (ushort)payload.Length);
        payload.CopyTo(frame.AsSpan(6));
        BinaryPrimitives.WriteUInt16LittleEndian(
            frame.AsSpan(6 + payload.Length), ReceiverFramer.Fletcher(frame.AsSpan(2, 4 + payload.Length)));
        return frame;
    }
}
