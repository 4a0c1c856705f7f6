using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>A release that was promised and waits for its entry in the log.</summary>
/// <param name="Order">Request that it is for.</param>
/// <param name="SealTo">Process that asked.</param>
/// <param name="Batches">What is to be opened, verified.</param>
/// <param name="Held">Hold whose case key is to be released; null for batches.</param>
internal sealed record Promise(
    Request Order,
    PublicKey SealTo,
    IReadOnlyList<(VerifiedManifest Header, AskedBatch Asked)> Batches,
    HeldCase? Held);

/// <summary>Promises by the hash of their statement; each is taken once, and the oldest goes when there are too
/// many.</summary>
internal sealed class Promises
{
    private readonly Dictionary<Hash32, Promise> open = [];
    private readonly Queue<Hash32> order = new();

    public void Add(ReadOnlySpan<byte> statement, Promise promise)
    {
        while (open.Count >= WardenLimits.PromisesMax && order.TryDequeue(out Hash32 oldest))
        {
            open.Remove(oldest);
        }

        var name = Hash32.Of(statement);
        open[name] = promise;
        order.Enqueue(name);
    }

    /// <summary>The promise, which is gone then; null where there is none.</summary>
    public Promise? Take(ReadOnlySpan<byte> statement) =>
        open.Remove(Hash32.Of(statement), out Promise? promise) ? promise : null;
}
