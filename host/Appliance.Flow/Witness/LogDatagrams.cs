namespace Appliance.Flow;

/// <summary>
/// What a NAT sends, whatever of the two it is: IPFIX and NetFlow v9 begin with their version, a log line with text.
/// The two decoders of one box, so that each stream has one number.
/// </summary>
public sealed class LogDatagrams(LogLineDecoder lines)
{
    private readonly DecodeState decoding = new();
    private PacketView view;

    public ExportDecoder Exports { get; } = new();

    public LogLineDecoder Lines { get; } = lines;

    /// <summary>
    /// Frames of a capture that are no datagram: TCP, fragments without their beginning, other protocols.
    /// </summary>
    public long NotDatagrams { get; private set; }

    /// <summary>Decodes one datagram; events are added.</summary>
    public void Decode(ReadOnlySpan<byte> datagram, Wire.Ip exporter, ushort port, long arrivalNs, NatEvents events)
    {
        if (ExportDecoder.IsExport(datagram))
        {
            Exports.Decode(datagram, exporter, port, arrivalNs, events);
        }
        else
        {
            Lines.Decode(datagram, exporter, arrivalNs, LogCourse.Unnumbered, events);
        }
    }

    /// <summary>Decodes a frame of a capture of what NATs sent; events are added.</summary>
    public void DecodeFrame(ReadOnlySpan<byte> frame, in PacketRef packet, NatEvents events)
    {
        const byte udp = 17;
        Decoder.Decode(frame, packet, decoding, ref view);
        bool isWhole = view.Kind == PacketKind.Flow && view.Protocol == udp && view.FragmentOffset == 0
            && view.PayloadOffset + view.PayloadCaptured <= frame.Length;
        if (!isWhole || view.PayloadCaptured == 0)
        {
            NotDatagrams++;
            return;
        }

        Decode(
            frame.Slice(view.PayloadOffset, view.PayloadCaptured), view.Source, view.SourcePort, packet.StampNs,
            events);
    }
}
