namespace Appliance.Supervisor.Link;

/// <summary>
/// Gathers bytes up to a zero and unstuffs them. After too many bytes without a zero it waits for the next one.
/// </summary>
public sealed class LinkInput
{
    private readonly byte[] gathered = new byte[LinkFrame.StuffedBytesMax];
    private int count;

    /// <summary>The body of the last frame; room for its CRC too.</summary>
    public byte[] Body { get; } = new byte[LinkFrame.StuffedBytesMax];

    /// <summary>Frames that were dropped: too long, or stuffing or CRC wrong.</summary>
    public int Bad { get; private set; }

    /// <summary>Takes a byte; returns the length of a whole body, or -1.</summary>
    public int Take(byte value)
    {
        if (value != 0)
        {
            if (count < gathered.Length)
            {
                gathered[count] = value;
            }

            // One above the room means "too long"; it does not grow further however long the line babbles.
            count = count <= gathered.Length ? count + 1 : count;
            return -1;
        }

        int length = count;
        count = 0;
        if (length == 0)
        {
            return -1;
        }

        int body = length > gathered.Length ? -1 : LinkFrame.Decode(gathered, length, Body);
        Bad += body < 0 ? 1 : 0;
        return body;
    }
}
