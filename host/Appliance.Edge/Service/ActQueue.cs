using Appliance.Edge.Pipeline;
using Appliance.Wire;

namespace Appliance.Edge.Service;

/// <summary>
/// What an engineer asks of the box, in a manifest that is durable before it may be done. The writing thread serves the
/// queue; who asks waits.
/// </summary>
internal sealed class ActQueue
{
    /// <summary>Acts that wait for a manifest: more than anybody types between two batches.</summary>
    private const int ActsMax = 32;

    /// <summary>What an engineer asks is durable within this, or it is not done: some passes and one flush.</summary>
    private const int DurableMs = 5_000;

    private readonly Lock gate = new();
    private readonly Queue<Act> waiting = new();
    private readonly List<Act> noted = [];

    /// <summary>Takes an act and waits until it is durable. Any thread.</summary>
    /// <returns>False where so many wait, or the flash takes nothing in time, that it may not be done.</returns>
    public async Task<bool> RememberAsync(string text)
    {
        Act act = new(text, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (gate)
        {
            if (waiting.Count >= ActsMax)
            {
                return false;
            }

            waiting.Enqueue(act);
        }

        await Task.WhenAny(act.Durable.Task, Task.Delay(DurableMs));
        return act.Durable.Task.IsCompleted;
    }

    /// <summary>
    /// Notes what waits, as far as the next manifest has room, and makes it durable. The writing thread.
    /// </summary>
    public void Serve(BoxPipeline box, TaiTime now)
    {
        lock (gate)
        {
            while (waiting.TryPeek(out Act? act)
                && box.TryNote(new ManifestEvent(now, EventKind.Administration, act.Text)))
            {
                noted.Add(waiting.Dequeue());
            }
        }

        if (noted.Count > 0 && box.Flush())
        {
            noted.ForEach(act => act.Durable.TrySetResult());
            noted.Clear();
        }
    }

    /// <param name="Text">What stands in the manifest.</param>
    /// <param name="Durable">Ends once it does.</param>
    private sealed record Act(string Text, TaskCompletionSource Durable);
}
