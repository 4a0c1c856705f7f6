using System.Buffers.Binary;

namespace Appliance.Flow;

/// <summary>How far a capture was understood.</summary>
public enum CaptureState
{
    /// <summary>Frames may follow.</summary>
    Reading,

    /// <summary>The file ended behind a whole frame.</summary>
    End,

    /// <summary>The bytes stop making sense; <see cref="CaptureParser.Problem"/> says where and why.</summary>
    Damaged,
}

/// <summary>
/// Finds the frames of a capture file (pcap and pcapng) in bytes that the caller brings piece by piece. Nothing is
/// copied: a
/// frame is a place in the caller's bytes. What is not a whole frame yet is left for the next call. Damage never
/// throws: what came before it stands, and the parser stops there with a sentence that names the byte.
/// </summary>
public sealed class CaptureParser
{
    private readonly PcapFormat pcap;
    private readonly PcapngFormat pcapng;
    private bool isPcap;
    private bool isKnown;

    /// <param name="interfaceNumber">Number that the frames get: the interface in the order of configuration.</param>
    /// <param name="countInterfaces">Adds the file's own interface number, for captures of several mirror
    /// ports.</param>
    public CaptureParser(ushort interfaceNumber, bool countInterfaces = false)
    {
        pcap = new PcapFormat(interfaceNumber);
        pcapng = new PcapngFormat(interfaceNumber, countInterfaces);
    }

    public CaptureState State { get; private set; }

    /// <summary>One sentence for the operator where the file is damaged, else null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Where in the file parsing stands; in a damaged file, where the trouble begins.</summary>
    public long Offset { get; private set; }

    /// <summary>
    /// Takes whole frames from <paramref name="bytes"/>, which begin at <see cref="Offset"/> of the file.
    /// </summary>
    /// <param name="bytes">What the caller holds of the file.</param>
    /// <param name="packets">Receives the frames; offsets count from the first of <paramref name="bytes"/>.</param>
    /// <param name="consumed">Bytes that are done with; the caller brings the others again, with more behind
    /// them.</param>
    /// <returns>The count of frames found.</returns>
    public int Parse(ReadOnlySpan<byte> bytes, Span<PacketRef> packets, out int consumed)
    {
        consumed = 0;
        if (State != CaptureState.Reading || !(isKnown || Recognise(bytes)))
        {
            return 0;
        }

        int count = isPcap ? pcap.Parse(bytes, packets, out consumed) : pcapng.Parse(bytes, packets, out consumed);
        Offset += consumed;
        string? problem = isPcap ? pcap.Problem : pcapng.Problem;
        if (problem is not null)
        {
            Fail(problem);
        }

        return count;
    }

    /// <summary>The file has no more than the <paramref name="left"/> bytes that were not consumed.</summary>
    public void Finish(int left)
    {
        if (State != CaptureState.Reading)
        {
            return;
        }

        long skipping = isPcap ? 0 : pcapng.Skipping;
        if (!isKnown)
        {
            Fail(left == 0 ? "the file is empty" : "the file is too short to be a capture");
        }
        else if (left > 0 || skipping > 0)
        {
            Fail($"the file ends in the middle of a {(isPcap ? "frame" : "block")}; all before it was read");
        }
        else
        {
            State = CaptureState.End;
        }
    }

    private bool Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
        {
            return false;
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        isPcap = PcapFormat.IsMagic(magic);
        isKnown = isPcap || magic == PcapngNumbers.SectionHeader;
        if (!isKnown)
        {
            Fail((magic & 0xFFFF) == 0x8B1F
                ? "the file is gzip-compressed; gunzip it first"
                : $"the file is neither pcap nor pcapng (it begins with {magic:x8} read as little-endian)");
        }

        return isKnown;
    }

    private void Fail(string sentence)
    {
        State = CaptureState.Damaged;
        Problem = $"byte {Offset}: {sentence}";
    }
}
