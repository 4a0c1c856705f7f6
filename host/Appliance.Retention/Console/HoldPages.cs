using Appliance.Retention.Holds;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>
/// Legal holds for the auditor: which there are, until when, and how they ended; never what they hold. One is ended
/// with a paper that operator and custodian signed where they have their keys: these are in no browser. The signatures
/// entitle, not who brings the paper, and the warden checks them again.
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
            end.</p>
            {(all.Count == 0 ? Html.Of($"<p>There is none.</p>") : Table(folder, all))}
            <h2>End one before its time</h2>
            <p>Operator and custodian sign it one after the other, with <code>retention hold order</code> and
            <code>retention hold sign</code>. <code>base64 -w0 FILE</code> prints what both have signed.</p>
            <form method="post" action="/holds/end">
            <label for="paper">What both have signed, in base64</label>
            <textarea id="paper" name="paper" rows="4" maxlength="{ConsoleLimits.PaperCharactersMax}"></textarea>
            <div class="buttons"><button class="danger">End this hold, for good</button></div>
            </form>
            """));
    }

    /// <summary>Ends a hold as operator and custodian ordered: the warden destroys its case key.</summary>
    public static Reply End(Visit visit)
    {
        string text = string.Concat(visit.Field("paper").Where(one => !char.IsWhiteSpace(one)));
        byte[] signed = new byte[text.Length];
        if (text.Length is 0 or > ConsoleLimits.PaperCharactersMax
            || !Convert.TryFromBase64String(text, signed, out int length))
        {
            return visit.Refuse(new OrderRefusal(
                "keeping.form", "this is no base64 of a signed paper: paste what `base64 -w0 FILE` prints"));
        }

        signed = signed[..length];
        ControlTrust trust = WardenTrust.Read(visit.Parts.Options.Store.TrustFile).Control;
        if (KeepingOrder.TryVerify(signed, trust, out KeepingOrder? order) != Wire.Refusal.None
            || order!.Kind != KeepingKind.HoldEnded)
        {
            return visit.Refuse(visit.Desk.Orders.Refused(
                new OrderRefusal("keeping.signature", "operator and custodian did not both sign that a hold ends"),
                signed,
                null));
        }

        try
        {
            using var warden = new WardenClient(visit.Parts.Options.WardenSocket);
            HoldReport report = warden.EndHold(signed);
            lock (visit.Parts.Papers)
            {
                visit.Desk.Holds.TakeEnds(new HoldList([report]));
            }

            return Reply.See("/holds");
        }
        catch (WardenException refused)
        {
            return visit.Refuse(refused.Refusal);
        }
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
