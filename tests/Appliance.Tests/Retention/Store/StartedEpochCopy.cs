using Appliance.Wire;

namespace Appliance.Tests.Retention.Store;

/// <summary>
/// A clone of a box that took a run's key with it: seals other batches for the same places, as a restored memory image
/// would.
/// </summary>
internal sealed class StartedEpochCopy
{
    private readonly TestBox box;
    private readonly StartedEpoch copy;

    public StartedEpochCopy(TestBox box, StartedEpoch run)
    {
        this.box = box;
        var key = (SigningKey)typeof(BatchSealer)
            .GetField("epochKey", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!
            .GetValue(run.Sealer)!;
        var policy = new SealingPolicy(box.Keys.Notice, default, 0, box.Keys.Schedule());
        var sealer = new BatchSealer(
            box.Keys.Device, run.Statement.Epoch, run.Id, key, policy, new Random(99).NextBytes);
        copy = run with { Sealer = sealer };
    }

    public SealedBatch Seal(long second) => box.Seal(copy, second);
}
