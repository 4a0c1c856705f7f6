namespace Appliance.Edge.Uplink;

/// <summary>Wakes the sending loop: any number of calls while it works wake it once.</summary>
internal sealed class Wake : IDisposable
{
    private readonly SemaphoreSlim signal = new(0, 1);
    private readonly Lock gate = new();

    public void Set()
    {
        lock (gate)
        {
            if (signal.CurrentCount == 0)
            {
                signal.Release();
            }
        }
    }

    public Task WaitAsync(int limitMs) => signal.WaitAsync(limitMs);

    public void Dispose() => signal.Dispose();
}
