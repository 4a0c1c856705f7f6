namespace Appliance.Flow;

/// <summary>A frame of a run: the lane of the merge in whose block it lies, and where.</summary>
internal struct RunPacket
{
    public PacketRef Packet;
    public int Lane;
}

/// <summary>
/// Up to <see cref="Limits.RunPackets"/> frames in the order of their stamps, from up to four blocks at once: both legs
/// of a conversation take turns, and a run that ended with each turn would be too short to prepare anything ahead.
/// </summary>
/// <param name="room">Holds the frames' places; reused from run to run.</param>
/// <param name="bytes0">Block of lane 0.</param>
/// <param name="bytes1">Block of lane 1.</param>
/// <param name="bytes2">Block of lane 2.</param>
/// <param name="bytes3">Block of lane 3.</param>
internal ref struct PacketRun(
    Span<RunPacket> room,
    ReadOnlySpan<byte> bytes0,
    ReadOnlySpan<byte> bytes1,
    ReadOnlySpan<byte> bytes2,
    ReadOnlySpan<byte> bytes3)
{
    private readonly Span<RunPacket> packets = room;
    private readonly ReadOnlySpan<byte> bytes0 = bytes0;
    private readonly ReadOnlySpan<byte> bytes1 = bytes1;
    private readonly ReadOnlySpan<byte> bytes2 = bytes2;
    private readonly ReadOnlySpan<byte> bytes3 = bytes3;

    public int Count { get; private set; }

    public readonly bool IsFull => Count == packets.Length;

    /// <summary>What the capture said about a frame.</summary>
    public readonly ref readonly PacketRef this[int index] => ref packets[index].Packet;

    public void Add(in PacketRef packet, int lane)
    {
        ref RunPacket next = ref packets[Count++];
        next.Packet = packet;
        next.Lane = lane;
    }

    public readonly int LaneOf(int index) => packets[index].Lane;

    /// <summary>The bytes of a frame.</summary>
    public readonly ReadOnlySpan<byte> Frame(int index)
    {
        ref RunPacket packet = ref packets[index];
        ReadOnlySpan<byte> bytes = packet.Lane switch
        {
            0 => bytes0,
            1 => bytes1,
            2 => bytes2,
            _ => bytes3,
        };
        return bytes.Slice(packet.Packet.Offset, packet.Packet.Captured);
    }
}
