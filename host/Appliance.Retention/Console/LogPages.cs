using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>
/// The transparency log for the auditor: what was asked, refused, released, under which authority and purpose; never
/// about whom. Whether the log was rewritten only the auditor's own copy can tell: <c>retention audit</c>.
/// </summary>
internal static partial class LogPages
{
    public static Reply List(Visit visit)
    {
        TransparencyLog log = visit.Desk.Log;
        string word = visit.Query("kind");
        LogKind? kind = word.All(char.IsLetter) && Enum.TryParse(word, ignoreCase: true, out LogKind found)
            ? found
            : null;
        ulong before = TryIndex(visit.Query("before"), out ulong at) ? Math.Min(at, log.Size) : log.Size;
        List<LoggedEntry> entries = Newest(log, before, kind);
        string filter = kind is null ? "" : $"&kind={Word(kind.Value)}";
        return visit.Page("Transparency log", Html.Of($"""
            <h1>Transparency log</h1>
            {Checkpoint(visit)}
            <form method="get" action="/log" class="row"><label for="kind">Show</label>
            <select id="kind" name="kind"><option value="">everything</option>{Enum.GetValues<LogKind>().Select(each =>
                Html.Of($"<option{(each == kind ? new Html(" selected") : Html.None)}>{Word(each)}</option>"))}</select>
            <button class="second">Show</button></form>
            {Page.Table("Newest first", ["Entry", "Time", "What", "By", "Purpose", "Batches", "Of"],
                entries.Select(Row))}
            {Html.If(entries.Count == ConsoleLimits.RowsMax, () => Html.Of(
                $"""<p><a href="/log?before={entries[^1].Index}{filter}">Older entries</a></p>"""))}
            """));
    }

    public static Reply Counts(Visit visit)
    {
        IReadOnlyList<CountRow> rows = visit.Parts.LogCounts.Read(visit.Desk);
        LogKind[] kinds = Enum.GetValues<LogKind>();
        return visit.Page("Counts", Html.Of($"""
            <h1>Counts by authority and purpose</h1>
            {Page.Table("Entries of the log", ["Authority", "Purpose", .. kinds.Select(Word)], rows.Select(
                row => Html.Of($"""
                <tr><th scope="row">{(row.Authority.Length > 0 ? row.Authority : "no request")}</th>
                <td>{(row.Purpose == 0 ? "" : RequestView.Purpose(row.Purpose))}</td>
                {kinds.Select(kind => Html.Of($"<td>{row.Kinds[(int)kind]}</td>"))}</tr>
                """)))}
            <p class="hint">“No request” has what the store refused before it was a request, keys destroyed and
            errors.</p>
            """));
    }

    public static Reply Show(Visit visit)
    {
        TransparencyLog log = visit.Desk.Log;
        if (!TryIndex(visit.Route("index"), out ulong index)
            || log.Entries(index, 1) is not [{ } logged] || logged.Index != index)
        {
            return visit.NotFound();
        }

        LogEntry entry = logged.Entry;
        string authority = visit.Desk.Orders.Has(entry.Request)
            ? visit.Desk.Orders.Find(entry.Request)?.Authority ?? ""
            : "";
        return visit.Page($"Entry {index}", Html.Of($"""
            <h1>Entry {index}: {Word(entry.Kind)}</h1>
            <dl class="facts">{Page.Fact("Time", Page.Time(entry.UtcUs))}
            {Page.Fact("By", Word(entry.Actor))}{Page.Fact("Authority", authority)}
            {Page.Fact("Purpose", entry.Purpose == 0 ? "" : RequestView.Purpose(entry.Purpose))}
            {Page.Fact("Rule", RuleOf(log, logged))}
            {Page.Fact("Batches", entry.Batches == 0 ? "" : FormattableString.Invariant($"{entry.Batches}"))}
            {Page.Fact("Records", entry.Records == 0 ? "" : FormattableString.Invariant($"{entry.Records}"))}
            {Html.If(entry.RefersTo is not null, () => Html.Of($"""
                <div><dt>Answers</dt>
                <dd><a href="/log/{entry.RefersTo!.Value}">entry {entry.RefersTo.Value}</a></dd></div>
                """))}
            {Html.If(entry.Request != default, () => Page.Code("Request", entry.Request.ToString()))}
            {Page.Code("Commitment", entry.Commitment.ToString())}</dl>
            {Inclusion(log, logged)}
            <p><a href="/log">Back to the log</a></p>
            """));
    }

    private static List<LoggedEntry> Newest(TransparencyLog log, ulong before, LogKind? kind)
    {
        const int Stride = 10 * ConsoleLimits.RowsMax;
        var found = new List<LoggedEntry>();
        for (ulong end = before; end > 0 && found.Count < ConsoleLimits.RowsMax;)
        {
            ulong begin = end > Stride ? end - Stride : 0;
            found.AddRange(log.Entries(begin, (int)(end - begin))
                .Where(entry => kind is null || entry.Entry.Kind == kind)
                .Reverse()
                .Take(ConsoleLimits.RowsMax - found.Count));
            end = begin;
        }

        return found;
    }

    private static Html Row(LoggedEntry logged)
    {
        LogEntry entry = logged.Entry;
        Html refers = entry.RefersTo is { } index ? Html.Of($"""<a href="/log/{index}">{index}</a>""") : Html.None;
        return Html.Of($"""
            <tr><th scope="row"><a href="/log/{logged.Index}">{logged.Index}</a></th><td>{Page.Second(entry.UtcUs)}</td>
            <td><span class="kind {Word(entry.Kind)}">{Word(entry.Kind)}</span></td><td>{Word(entry.Actor)}</td>
            <td>{(entry.Purpose == 0 ? "" : FormattableString.Invariant($"{entry.Purpose}"))}</td>
            <td>{(entry.Batches == 0 ? "" : FormattableString.Invariant($"{entry.Batches}"))}</td><td>{refers}</td></tr>
            """);
    }

    private static Html Checkpoint(Visit visit)
    {
        TransparencyLog log = visit.Desk.Log;
        SignedCheckpoint signed = log.Checkpoint();
        return Html.Of($"""
            <dl class="facts">{Page.Fact("Entries", FormattableString.Invariant($"{signed.Checkpoint.Size}"))}
            {Page.Fact("Checkpoint signed", Page.Time(signed.Checkpoint.UtcUs))}
            {Page.Fact("Cosigned", Cosigned(visit, log))}
            {Page.Code("Root", signed.Checkpoint.Root.ToString())}{Page.Code("Log", log.Id.ToString())}</dl>
            <p class="hint">Compare with your own copy:
            <code>retention audit --copy FOLDER --log-key … --witness …</code> finds a log that was
            rewritten, shortened or forked. This page cannot.</p>
            """);
    }

    /// <summary>How far a witness has signed, held against the key that the warden says it has now.</summary>
    private static string Cosigned(Visit visit, TransparencyLog log)
    {
        IReadOnlyList<ulong> sizes = log.CosignedSizes();
        if (sizes.Count == 0)
        {
            return "by nobody yet";
        }

        ulong size = sizes[^1];
        string said = FormattableString.Invariant($"up to {size} entries");
        try
        {
            using var warden = new WardenClient(visit.Parts.Options.WardenSocket);
            bool isGood = WardenTrust.TryPoint(warden.Status().Public, out PublicKey? key)
                && log.Cosignatures(size).Any(bytes =>
                    LogCheckpoint.TryVerify(bytes, key!, out LogCheckpoint? seen) == Refusal.None
                    && seen!.Size == size && seen.Log == log.Id);
            return said + (isGood
                ? "; signature of the running warden, checked"
                : "; NOT by the key of the warden that runs now: audit the log") + SecondWitness(visit, log, size);
        }
        catch (WardenException)
        {
            return said + "; not checked, for the warden does not answer";
        }
    }

    private static string SecondWitness(Visit visit, TransparencyLog log, ulong size) =>
        visit.Desk.Witness is not { } pinned ? ""
            : log.Cosignatures(size).Any(bytes =>
                LogCheckpoint.TryVerify(bytes, pinned, out LogCheckpoint? seen) == Refusal.None && seen!.Size == size)
                ? "; and of the second witness, checked"
                : "; NOT by the second witness yet";

    private static Html Inclusion(TransparencyLog log, LoggedEntry logged)
    {
        LogCheckpoint checkpoint = log.Checkpoint().Checkpoint;
        Hash32[] path = log.Inclusion(logged.Index, checkpoint.Size);
        Hash32 leaf = LogEntry.LeafOf(logged.Bytes);
        bool isIn = MerkleCheck.Includes(checkpoint.Size, logged.Index, leaf, path, checkpoint.Root);
        ulong cosigned = log.CosignedSizes().FirstOrDefault(size => size > logged.Index);
        string witness = cosigned > 0
            ? FormattableString.Invariant($"A witness has cosigned {cosigned} entries, this one among them.")
            : "No witness has cosigned this entry yet.";
        return Html.Of($"""
            <h2>Proof of inclusion</h2>
            <div class="note {(isIn ? "good" : "bad")}"><p>{(isIn
                ? "The entry is in the tree of the checkpoint: checked now, by RFC 9162, 2.1.3.2."
                : "The entry is NOT in the tree of the checkpoint: audit the log.")} {witness}</p></div>
            <dl class="facts">{Page.Fact("Tree size", FormattableString.Invariant($"{checkpoint.Size}"))}
            {Page.Code("Root", checkpoint.Root.ToString())}{Page.Code("Leaf", leaf.ToString())}</dl>
            <details><summary>Path, {path.Length} hashes; entry as hashed</summary>
            <pre>{string.Join('\n', path)}</pre><pre>{CborText.Of(logged.Bytes)}</pre></details>
            """);
    }

    /// <summary>
    /// Rule of a refusal. Beside it stands what was refused, which may name a suspect: that is never shown here.
    /// </summary>
    private static string RuleOf(TransparencyLog log, LoggedEntry logged)
    {
        if (logged.Entry.Kind != LogKind.Refusal || log.Content(logged.Index) is not { } content)
        {
            return "";
        }

        int end = content.Content.AsSpan().IndexOf((byte)'\n');
        string rule = Encoding.UTF8.GetString(end < 0 ? content.Content : content.Content.AsSpan(0, end));
        return RuleForm().IsMatch(rule) ? rule : "";
    }

    private static bool TryIndex(string text, out ulong index) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index);

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    [GeneratedRegex("^[a-z][a-z_-]*(\\.[a-z][a-z_-]*)?$")]
    private static partial Regex RuleForm();
}
