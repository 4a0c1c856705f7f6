using System.Security.Cryptography;
using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Flow.Lines;
using Appliance.Journal;
using Appliance.Wire;

namespace Appliance.Edge.Service;

/// <summary>
/// The sessions of a live box: what the listener heard goes into the table, on the writing thread; the table is sealed
/// to a file now and then and at the end, and taken up again at the next start.
/// </summary>
internal sealed class LineService : IDisposable
{
    // What is taken in one pass of 20 ms: 100,000 messages a second, far above any burst of a server.
    private const int MessagesInPass = 2000;

    // While the flash is full no record is written: then messages stay with the listener, and what that cannot hold is
    // neither answered nor uncounted.
    private const int RecordsWaitingMax = 8192;

    // A table of 100,000 sessions is 20 MB: written every quarter of an hour, flash wears by 2 GB a day.
    private const long SaveEveryNs = 900_000_000_000;

    // Readers do not look at sessions that were saved longer ago, so neither does the table; 2^21 sessions fit.
    private const long TableBytesMax = 1L << 30;

    private readonly BoxPipeline box;
    private readonly SessionTable table;
    private readonly RadiusDecoder decoder;
    private readonly LineEvent happened = new();
    private readonly RadiusListener? listener;
    private readonly LineMirror? mirror;
    private readonly SealedTable sealedTable;
    private long nextSaveNs;
    private string? notSaved;
    private volatile bool isForgotten;

    /// <summary>Opens the listener, takes up the table of the run before, and enters the operator's prefixes.</summary>
    /// <exception cref="IOException">The listener, a secret or the file of prefixes cannot be used.</exception>
    public LineService(ApplianceOptions options, KeySet keys, BoxPipeline box, long nowNs)
    {
        this.box = box;
        table = new SessionTable(LineSettings.Of(options), box.LineTally);
        decoder = new RadiusDecoder(box.LineTally);
        sealedTable = new SealedTable(keys, "sessions", options.Sessions.Table, TableBytesMax);
        if (!LineSettings.TryReadStatic(options, out IReadOnlyList<StaticLine> lines, out string problem))
        {
            throw new IOException(problem);
        }

        listener = options.Sessions.Listen is null ? null : new RadiusListener(options.Sessions);
        mirror = LineMirror.Open(options.Sessions, box.LineTally);
        Restored = !IsTold ? "none kept" : Restore(nowNs);
        table.Take(lines, nowNs);
        box.Lines = table;
        nextSaveNs = nowNs + SaveEveryNs;
    }

    /// <summary>What became of the table of the run before, in words.</summary>
    public string Restored { get; }

    /// <summary>Sessions in memory.</summary>
    public int Sessions => table.Count;

    /// <summary>Packets of senders that may not send.</summary>
    public ulong Strangers => listener?.Strangers ?? 0;

    /// <summary>Packets that found the listener's queue full and were not answered, or a mirror's ring.</summary>
    public ulong Dropped => (listener?.Dropped ?? 0) + (mirror?.Dropped ?? 0);

    /// <summary>What is wrong and what to do, a sentence each.</summary>
    public IEnumerable<string> Problems =>
        ((string?[])[notSaved, listener?.Room, listener?.Problem]).Where(problem => problem is not null)!;

    /// <summary>Makes a service where the configuration asks for one.</summary>
    public static LineService? Open(ApplianceOptions options, KeySet keys, BoxPipeline box, long nowNs) =>
        options.Sessions is { Listen: null, StaticFile: null, Mirrors.Count: 0 }
            ? null
            : new LineService(options, keys, box, nowNs);

    public void Start(Action<Exception> onFailure) => listener?.Start(onFailure);

    /// <summary>Nothing more is taken or kept: the notice is withdrawn. Any thread.</summary>
    public void Forget() => isForgotten = true;

    /// <summary>Takes what was heard; called by the thread that drains the pipeline.</summary>
    public void Pump(long nowNs)
    {
        if (isForgotten)
        {
            return;
        }

        for (int i = 0; i < MessagesInPass && table.Waiting < RecordsWaitingMax && TryTakeOne(); i++)
        {
            // Taken.
        }

        if (table.Waiting < RecordsWaitingMax)
        {
            mirror?.Pump(table);
        }

        AdvanceTo(nowNs);
        if (nowNs >= nextSaveNs)
        {
            Save(nowNs);
        }
    }

    /// <summary>Ends reception; what is queued is taken by <see cref="Finish"/>.</summary>
    public Task StopAsync() => listener?.StopAsync() ?? Task.CompletedTask;

    /// <summary>Takes all that was heard, since its senders have their answers, and seals the table.</summary>
    public void Finish(long nowNs)
    {
        if (isForgotten)
        {
            sealedTable.Remove();
            return;
        }

        while (TryTakeOne())
        {
            // Bounded by the listener's queue, which takes no more.
        }

        while (mirror?.Pump(table) == true)
        {
            // Bounded by the rings: what comes faster than it is decoded is no traffic of such servers.
        }

        AdvanceTo(nowNs);
        Save(nowNs);
    }

    public void Dispose()
    {
        listener?.Dispose();
        mirror?.Dispose();
        sealedTable.Dispose();
    }

    /// <summary>True where sessions come from outside, so that there is a table to keep.</summary>
    private bool IsTold => listener is not null || mirror is not null;

    private bool TryTakeOne()
    {
        if (listener is null || !listener.TryTake(out HeardPacket packet))
        {
            return false;
        }

        if (decoder.TryDecode(packet.Bytes, packet.Secret, packet.Sender, packet.HeardNs, happened))
        {
            table.Take(happened);
        }

        return true;
    }

    private void AdvanceTo(long nowNs)
    {
        table.AdvanceTo(nowNs);
        box.LineDrops = Dropped;
    }

    /// <summary>Seals the table to its file. A failure is an alarm: the records are in the journal.</summary>
    private void Save(long nowNs)
    {
        nextSaveNs = nowNs + SaveEveryNs;
        if (!IsTold)
        {
            return;
        }

        try
        {
            sealedTable.Put(SessionSnapshot.Write(table));
            notSaved = null;
        }
        catch (JournalDeviceException failure)
        {
            notSaved = $"the table of sessions was not saved: {failure.Message}";
        }
    }

    private string Restore(long nowNs)
    {
        if (sealedTable.Read(out string word) is not { } plain)
        {
            return word;
        }

        bool isTaken = SessionSnapshot.TryRead(table, plain, nowNs);
        CryptographicOperations.ZeroMemory(plain);
        return isTaken ? $"{table.Count} taken up" : "too old: gone";
    }
}
