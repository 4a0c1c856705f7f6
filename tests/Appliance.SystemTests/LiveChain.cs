using Appliance.Journal;
using Appliance.Linux;
using Appliance.Wire;
using Xunit;

namespace Appliance.SystemTests;

/// <summary>What a box has signed: its statements and manifests, each verified, in order.</summary>
internal static class LiveChain
{
    public static List<Manifest> Read(LiveBox box, out List<EpochStatement> statements) =>
        Read(box.Journal, Path.Combine(box.Keys, KeySet.FileName), out statements);

    /// <param name="journal">Folder of the segments.</param>
    /// <param name="keySet">File of the device's keys.</param>
    /// <param name="statements">The runs.</param>
    public static List<Manifest> Read(string journal, string keySet, out List<EpochStatement> statements)
    {
        string json = File.ReadAllText(keySet);
        Assert.True(KeySet.TryParse(json, out KeySet? keys, out _));
        ReaderRules rules = new(keys!.Device, keys.Notice, int.MaxValue);
        ChainVerifier chain = new(keys.DeviceKey, rules);
        List<Manifest> manifests = [];
        statements = [];
        using FlashFolder flash = FlashFolder.OpenForReading(journal);
        foreach (JournalFrame frame in new JournalReader(flash).Frames().Where(f => f.Verdict == FrameVerdict.Whole))
        {
            if (frame.Label.Kind == FrameKind.EpochStatement && !frame.IsCopy)
            {
                chain.AddEpoch(frame.Payload);
                CertifiedEpoch.TryVerify(frame.Payload, keys.DeviceKey, rules, out CertifiedEpoch? epoch);
                statements.Add(epoch!.Statement);
            }
            else if (frame.Label.Kind == FrameKind.Batch
                && chain.AddBatch(frame.Payload, out VerifiedBatch? batch) == Refusal.None)
            {
                manifests.Add(batch!.Manifest);
            }
        }

        return manifests;
    }

    /// <summary>A counter summed over the runs: each run's last manifest has its total.</summary>
    public static long Total(List<Manifest> manifests, Counter counter) => manifests
        .GroupBy(manifest => manifest.Epoch.Number)
        .Sum(run => (long)run.Last().Counters[(int)counter]);
}
