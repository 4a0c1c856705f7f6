using Appliance.Journal;

namespace Appliance.Edge.Clocks;

/// <summary>
/// A thread that serves one device of the clock: opens it, works with it, and where it fails opens it again after a
/// second. The clock goes on without it; what is wrong stands in the status.
/// </summary>
internal abstract class DeviceLoop : IDisposable
{
    private readonly ManualResetEventSlim stop = new();
    private readonly string name;
    private Thread? thread;
    private volatile string? problem = "not opened yet";

    protected DeviceLoop(string name) => this.name = name;

    /// <summary>What is wrong; null where it works.</summary>
    public string? Problem => problem;

    /// <summary>Starts the thread; a failure that is not the device's is told.</summary>
    public void Start(Action<Exception> onFailure)
    {
        thread = new Thread(() => Run(onFailure)) { Name = name, IsBackground = true };
        thread.Start();
    }

    /// <summary>The thread is to end; does not wait for it.</summary>
    public void BeginStop() => stop.Set();

    /// <inheritdoc/>
    public void Dispose()
    {
        stop.Set();
        thread?.Join();
        thread = null;
        stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the device.</summary>
    /// <exception cref="IOException">It is not there or refuses; what to do stands in the message.</exception>
    protected abstract void Open();

    /// <summary>One step; waits for <see cref="Limits.WaitMs"/> at most.</summary>
    /// <returns>What is wrong though the device is there; null where it works.</returns>
    /// <exception cref="IOException">The device is gone.</exception>
    protected abstract string? Pass();

    /// <summary>Closes what was opened, however far that came.</summary>
    protected abstract void Close();

    /// <summary>Waits; true at once where the thread is to end.</summary>
    protected bool Wait(int milliseconds) => stop.Wait(milliseconds);

    private void Run(Action<Exception> onFailure)
    {
        try
        {
            while (!stop.IsSet)
            {
                Serve();
                stop.Wait(Limits.RetryMs);
            }
        }
        catch (Exception failure)
        {
            problem = failure.Message;
            onFailure(failure);
        }
    }

    private void Serve()
    {
        try
        {
            Open();
            problem = null;
            while (!stop.IsSet)
            {
                problem = Pass();
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JournalDeviceException)
        {
            problem = failure.Message;
        }
        finally
        {
            Close();
        }
    }
}
