using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Log;

/// <summary>
/// What `expire` does about the log: takes in the statements of what was destroyed, of the store and of its warden, and
/// forgets in time what entries and papers are about.
/// </summary>
internal sealed class LogKeeping(StoreFolder folder, TransparencyLog log, TimeProvider clock)
{
    /// <summary>Logs the store's own statements; returns how many.</summary>
    /// <param name="batches">Batches that went with the keys.</param>
    public int LogOwn(ulong batches)
    {
        var own = new Destructions(folder.Root, KeyRing.Load(folder).MakeStoreKey(folder), clock);
        IReadOnlyList<byte[]> waiting = own.Waiting();
        for (int i = 0; i < waiting.Count; i++)
        {
            Append(waiting[i], LogActor.Store, i == 0 ? batches : 0);
            own.Logged(waiting[i]);
        }

        return waiting.Count;
    }

    /// <summary>Logs the warden's statements, and shows it that they are logged; returns how many.</summary>
    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    public int LogOfWarden(WardenClient warden, LogWitness witness)
    {
        IReadOnlyList<byte[]> waiting = warden.Destroyed();
        foreach (byte[] statement in waiting)
        {
            LoggedEntry entry = Append(statement, LogActor.Warden, 0);
            LogProof proof = LogProofs.Of(log, entry, warden.SeenSize(), witness);
            warden.DestroyedIsLogged(new DestroyLogged(statement, proof));
        }

        return waiting.Count;
    }

    /// <summary>
    /// Forgets what entries before a time are about, and the papers of requests that had expired by then.
    /// </summary>
    /// <returns>Entries whose content is gone now.</returns>
    public int ForgetBefore(ulong utcUs)
    {
        new PaperFolder(folder.Requests).ForgetExpired(utcUs);
        return log.ForgetBefore(utcUs);
    }

    /// <summary>A statement whose entry was made before a crash is not logged twice.</summary>
    private LoggedEntry Append(byte[] statement, LogActor actor, ulong batches)
    {
        foreach ((LoggedEntry entry, byte[] content) in log.Open(LogKind.Destroy))
        {
            if (content.AsSpan().SequenceEqual(statement))
            {
                return entry;
            }
        }

        return log.Append(new LogDraft
        {
            Kind = LogKind.Destroy, Actor = actor, Content = statement, Batches = batches,
        });
    }
}
