namespace Appliance.Supervisor.SelfTest;

/// <summary>Bytes that wait on a line; what does not fit is lost, as in a UART.</summary>
internal sealed class ByteQueue
{
    private readonly byte[] ring;
    private int first;

    public ByteQueue(int size)
    {
        ring = new byte[size];
    }

    public int Count { get; private set; }

    public int Put(byte[] bytes, int count)
    {
        int taken = count < ring.Length - Count ? count : ring.Length - Count;
        for (int i = 0; i < taken; i++)
        {
            ring[(first + Count + i) % ring.Length] = bytes[i];
        }

        Count += taken;
        return taken;
    }

    public int Take(byte[] bytes, int max)
    {
        int taken = Count < max ? Count : max;
        taken = taken < bytes.Length ? taken : bytes.Length;
        for (int i = 0; i < taken; i++)
        {
            bytes[i] = ring[(first + i) % ring.Length];
        }

        first = (first + taken) % ring.Length;
        Count -= taken;
        return taken;
    }

    public void Clear() => Count = 0;
}
