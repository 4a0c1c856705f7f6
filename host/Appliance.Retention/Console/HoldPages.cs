using Appliance.Retention.Holds;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>
/// Legal holds for the auditor: which there are, until when, and how they ended; never what they hold. One is ended
/// where operator and custodian have their keys, by <c>retention hold end</c>: their keys are in no browser.
/// </summary>
internal static class HoldPages
{
    public static Reply List(Visit visit)
    {
        var folder = new HoldFolder(visit.Parts.Options.Store.Holds);
        IReadOnlyList<HoldStatement> all = folder.All();
        return visit.Page("Legal holds", Html.Of($"""
            <h1>Legal holds</h1>
            <p>Records kept for a case beyond their retention, each under a case key that the warden destroys at its
            end. Operator and custodian end one before its time with <code>retention hold end</code>; both sign.</p>
            {(all.Count == 0 ? Html.Of($"<p>There is none.</p>") : Table(folder, all))}
            """));
    }

    private static Html Table(HoldFolder folder, IReadOnlyList<HoldStatement> all) => Page.Table(
        "By name",
        ["Hold", "Request", "Made", "Until", "State"],
        all.Select(hold => Html.Of($"""
            <tr><th scope="row"><code>{hold.Hold.ToString()}</code></th><td><code>{hold.Request.ToString()}</code></td>
            <td>{Page.Second(hold.MadeUtcUs)}</td><td>{Page.Second(hold.UntilUtcUs)}</td>
            <td>{State(folder.EndOf(hold.Hold))}</td></tr>
            """)));

    private static Html State(HoldEnd? end)
    {
        (string look, string word) = end is not { } ended
            ? ("good", "kept")
            : ("off", $"{(ended.Cause == HoldEndCause.Expired ? "its time was over" : "ended by both")}, "
                + $"{Page.Second(ended.UtcUs)}: the case key is destroyed");
        return Html.Of($"""<span class="badge {look}">{word}</span>""");
    }
}
