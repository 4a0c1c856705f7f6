using Appliance.Time.Observations;

namespace Appliance.Time.Receivers;

/// <summary>What a receiver's stream held so far.</summary>
/// <param name="UbxFrames">UBX frames with a right checksum.</param>
/// <param name="Sentences">NMEA sentences with a right checksum.</param>
/// <param name="Damaged">Starts of a frame whose checksum or form does not hold.</param>
/// <param name="Malformed">Right by their checksum, but not by their content.</param>
/// <param name="SkippedBytes">Bytes outside of frames.</param>
public readonly record struct ReceiverCounters(
    long UbxFrames, long Sentences, long Damaged, long Malformed, long SkippedBytes);

/// <summary>
/// One GNSS receiver: the bytes of its line in, observations out. UBX and NMEA 0183 may be mixed. The same bytes give
/// the same observations however they are cut; nothing that a line can carry makes it throw.
/// </summary>
/// <param name="id">Which receiver, in its observations.</param>
/// <param name="rule">Where its dates can lie.</param>
public sealed class Receiver(SourceId id, EpochRule rule)
{
    private readonly ReceiverFramer framer = new();
    private readonly UbxReceiver ubx = new(id, rule);
    private readonly NmeaReceiver nmea = new(id, rule);
    private long ubxFrames;
    private long sentences;

    /// <summary>The set-up that waits for this receiver's acknowledgements, where there is one.</summary>
    public ReceiverSetUp? SetUp { get; set; }

    /// <summary>What the stream held so far.</summary>
    public ReceiverCounters Counters => new(
        ubxFrames, sentences, framer.Damaged, ubx.Malformed + nmea.Malformed, framer.Skipped);

    /// <summary>Takes what the line brought at once.</summary>
    /// <param name="bytes">Any number of bytes; frames may begin and end anywhere.</param>
    /// <param name="now">MONOTONIC_RAW when they were read.</param>
    /// <param name="sink">Who takes the observations, in the order of the stream.</param>
    public void Take(ReadOnlySpan<byte> bytes, RawTime now, IObservationSink sink)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[framer.Add(bytes, now)..];
            while (framer.TryNext(out ReceiverFrame frame))
            {
                Take(frame, sink);
            }
        }
    }

    private void Take(in ReceiverFrame frame, IObservationSink sink)
    {
        if (frame.Kind == FrameKind.Nmea)
        {
            sentences++;
            nmea.Take(frame, sink);
            return;
        }

        ubxFrames++;
        if (frame.Message is UbxId.AckAck or UbxId.AckNak)
        {
            SetUp?.Answer(frame.Message == UbxId.AckAck, frame.Body);
        }
        else
        {
            ubx.Take(frame, sink);
        }
    }
}
