namespace Appliance.Mqtt;

/// <summary>
/// One whole packet; <see cref="Owned"/> is its body in an array of its own, or null when it lies in the input.
/// </summary>
internal readonly ref struct Frame(byte first, ReadOnlySpan<byte> body, byte[]? owned)
{
    public readonly byte First = first;
    public readonly ReadOnlySpan<byte> Body = body;
    public readonly byte[]? Owned = owned;
}

/// <summary>
/// Cuts a stream of bytes into packets, however they are chunked. A body that is cut, or a PUBLISH whose payload goes
/// to the consumer, is gathered in an array of exactly its size; at most one such array is being filled, of at most the
/// announced maximum packet size.
/// </summary>
internal sealed class PacketFramer(int packetBytesMax)
{
    private const int HeaderBytesMax = 1 + VariableInteger.BytesMax;

    private readonly byte[] header = new byte[HeaderBytesMax];
    private int headerBytes;
    private byte[]? body;
    private int bodyBytes;

    /// <summary>
    /// Takes bytes from the front of the input. True with a frame when a packet is whole; false with Success when more
    /// bytes are needed, or with the reason why the stream cannot go on.
    /// </summary>
    public bool TryRead(ref ReadOnlySpan<byte> input, out Frame frame, out ReasonCode error)
    {
        frame = default;
        error = ReasonCode.Success;
        if (body is null)
        {
            if (!TryReadHeader(ref input, out uint length, out error))
            {
                return false;
            }

            bool goesToConsumer = header[0] >> 4 == (int)PacketType.Publish;
            if (!goesToConsumer && input.Length >= length)
            {
                frame = new Frame(header[0], input[..(int)length], null);
                input = input[(int)length..];
                headerBytes = 0;
                return true;
            }

            body = new byte[length];
            bodyBytes = 0;
        }

        int count = Math.Min(input.Length, body.Length - bodyBytes);
        input[..count].CopyTo(body.AsSpan(bodyBytes));
        bodyBytes += count;
        input = input[count..];
        if (bodyBytes < body.Length)
        {
            return false;
        }

        frame = new Frame(header[0], body, body);
        body = null;
        headerBytes = 0;
        return true;
    }

    private bool TryReadHeader(ref ReadOnlySpan<byte> input, out uint length, out ReasonCode error)
    {
        length = 0;
        error = ReasonCode.Success;
        while (!input.IsEmpty)
        {
            header[headerBytes++] = input[0];
            input = input[1..];
            if (headerBytes == 1)
            {
                // Refused at its first byte: no memory is taken for a packet that would be refused later.
                error = PacketDecoder.CheckFirst(header[0]);
                if (error != ReasonCode.Success)
                {
                    return false;
                }

                continue;
            }

            switch (VariableInteger.TryRead(header.AsSpan(1, headerBytes - 1), out length, out int lengthBytes))
            {
                case VariableInteger.Status.Malformed:
                    error = ReasonCode.MalformedPacket;
                    return false;
                case VariableInteger.Status.Whole:
                    bool fits = 1 + lengthBytes + length <= packetBytesMax;
                    error = fits ? ReasonCode.Success : ReasonCode.PacketTooLarge;
                    return fits;
            }
        }

        return false;
    }
}
