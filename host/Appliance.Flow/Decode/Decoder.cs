using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Decodes one frame in place, from its link type to the innermost transport header. The loop peels one header a turn;
/// every header is a method that checks, moves on and names what comes next. Nothing throws, nothing is allocated,
/// no byte outside the frame is read; a frame that cannot be understood says which counter it belongs to.
/// </summary>
public static class Decoder
{
    /// <summary>Decodes a frame into <paramref name="view"/>, which is overwritten whole.</summary>
    /// <param name="frame">The captured bytes of this frame only.</param>
    /// <param name="packet">What the capture said about it.</param>
    /// <param name="state">What is remembered between frames; belongs to the calling thread.</param>
    /// <param name="view">Receives the headers.</param>
    public static void Decode(ReadOnlySpan<byte> frame, in PacketRef packet, DecodeState state, ref PacketView view)
    {
        view = default;
        var walk = new Walk
        {
            Frame = frame,
            End = Math.Max(packet.Length, frame.Length),
            Interface = packet.Interface,
            StampNs = packet.StampNs,
        };
        state.Routes.Begin();
        if (packet.StrippedVlan != 0)
        {
            view.Vlan = (ushort)(packet.StrippedVlan & 0xFFF);
            state.Routes.Push(RouteStep.Vlan, view.Vlan);
        }

        Layer layer = LinkHeaders.First(packet.LinkType, ref walk, ref view);
        for (int turns = 0; layer != Layer.Done; turns++)
        {
            layer = turns < Limits.DecodeLayersMax
                ? Next(layer, ref walk, state, ref view)
                : Walk.Stop(Counter.UndecodedDepth, ref view);
        }

        view.Route = view.Kind == PacketKind.Undecoded ? 0 : state.Routes.End();
    }

    private static Layer Next(Layer layer, ref Walk walk, DecodeState state, ref PacketView view) => layer switch
    {
        Layer.EtherType => LinkHeaders.EtherType(ref walk, state, ref view),
        Layer.Ip4 => IpHeaders.V4(ref walk, ref view),
        Layer.Protocol => Transport.Decode(ref walk, state, ref view),
        Layer.Ethernet => LinkHeaders.Ethernet(ref walk, ref view),
        Layer.Ip6 => IpHeaders.V6(ref walk, ref view),
        Layer.Ip => IpHeaders.Either(ref walk, ref view),
        Layer.Mpls => LabelHeaders.Mpls(ref walk, state, ref view),
        Layer.PppoE => LinkHeaders.PppoE(ref walk, state, ref view),
        Layer.Ppp => LinkHeaders.Ppp(ref walk, ref view),
        _ => TunnelHeaders.Gre(ref walk, state, ref view),
    };
}
