using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>Takes epoch statements and checkpoints: verified, judged, kept as files, entered in the chain.</summary>
internal sealed class StatementIntake(StoreFolder folder, ArrivalFiles files, ChainBook chain, Alarms alarms)
{
    /// <summary>Takes an epoch statement; the verdict. One that contradicts the chain is kept as evidence.</summary>
    public Refusal TakeEpoch(DeviceKeys device, ReadOnlyMemory<byte> bytes, ulong received)
    {
        Refusal refusal = CertifiedEpoch.TryVerify(
            bytes, device.DeviceKey, EpochBook.RulesOf(device), out CertifiedEpoch? epoch);
        refusal = refusal == Refusal.None ? chain.JudgeEpoch(epoch!) : refusal;
        if (refusal == Refusal.Replayed)
        {
            return refusal;
        }

        bool evidence = refusal is Refusal.None or Refusal.Swapped or Refusal.Fork or Refusal.Rollback;
        if (evidence)
        {
            files.Put(
                folder.EpochOf(device.Device, epoch!.Statement.Epoch.Number, epoch.Id),
                bytes,
                received,
                DurableStep.StatementFile);
            chain.AddEpoch(epoch, bytes, received, refusal);
        }

        if (refusal is not (Refusal.None or Refusal.Swapped))
        {
            string kind = refusal == Refusal.Fork ? Alarms.Fork
                : refusal == Refusal.Rollback ? Alarms.Rollback
                : Alarms.Refused;
            uint number = epoch?.Statement.Epoch.Number ?? 0;
            alarms.Raise(
                kind,
                device.Device,
                number,
                0,
                epoch?.Id ?? default,
                $"epoch statement: {refusal.Sentence()}",
                received);
        }

        return refusal;
    }

    /// <summary>Takes a checkpoint; only the newest of an epoch is kept.</summary>
    public Refusal TakeCheckpoint(DeviceKeys device, ReadOnlyMemory<byte> bytes, ulong received)
    {
        Refusal refusal = Checkpoint.TryVerify(
            bytes, device.DeviceKey, EpochBook.RulesOf(device), out Checkpoint? checkpoint);
        refusal = refusal == Refusal.None ? chain.JudgeHead(device.Device, checkpoint!.Head) : refusal;
        if (refusal == Refusal.None && chain.AddHead(device.Device, checkpoint!.Head))
        {
            files.Put(
                folder.HeadOf(device.Device, checkpoint.Head.Epoch), bytes, received, DurableStep.StatementFile);
        }
        else if (refusal is not (Refusal.None or Refusal.UnknownEpoch))
        {
            ChainPosition head = checkpoint?.Head ?? default;
            string kind = refusal == Refusal.Fork ? Alarms.Fork : Alarms.Refused;
            alarms.Raise(
                kind,
                device.Device,
                head.Epoch.Number,
                head.Sequence,
                head.Id,
                $"checkpoint: {refusal.Sentence()}",
                received);
        }

        return refusal;
    }
}
