namespace Appliance.Tests.Retention.WebConsole;

/// <summary>What a requester writes into the form, and lets pass the rules of the United Kingdom.</summary>
internal static class RequestFields
{
    public static (string Name, string Value)[] Good(params (string Name, string Value)[] changed)
    {
        var all = new Dictionary<string, string>
        {
            ["state"] = "GB",
            ["purpose"] = "1",
            ["legal_basis"] = "RIPA 2000 s. 22(2)(b)",
            ["case"] = "CP-17",
            ["offence"] = "threats to kill",
            ["serious"] = "yes",
            ["sentence"] = "10",
            ["statement-necessity"] = "to find who sent a threat",
            ["statement-proportionality"] = "one address, one port, four minutes",
            ["statement-collateral_intrusion"] = "none: the port is one line's",
            ["statement-approved_authority"] = "approved under the Act",
            ["statement-no_notification"] = "it would warn the sender",
            ["addresses"] = "192.0.2.1:1100",
            ["from"] = "2024-10-04T00:00Z",
            ["to"] = "2024-10-04T00:04Z",
            ["urgency"] = "none",
            ["expires"] = "2024-10-20T00:00Z",
            ["questions"] = "2",
            ["candidates"] = "1",
        };
        foreach ((string name, string value) in changed)
        {
            all[name] = value;
        }

        return [.. all.Select(pair => (pair.Key, pair.Value))];
    }

    /// <summary>The question that the request allows.</summary>
    public static (string Name, string Value)[] Question { get; } =
    [
        ("verb", "resolve"), ("address", "192.0.2.1:1100"), ("from", "2024-10-04T00:01:42Z"),
        ("to", "2024-10-04T00:01:42Z"), ("protocol", ""), ("source_error", "0"),
    ];

    /// <summary>Files a request; its name.</summary>
    public static async Task<string> File(ConsoleUser asker, params (string Name, string Value)[] changed)
    {
        Said checkedOne = await asker.Post("/requests/new", Good(changed));
        Said signed = await asker.Sign(checkedOne.Location);
        return signed.Location.StartsWith("/requests/", StringComparison.Ordinal)
            ? signed.Location["/requests/".Length..]
            : throw new InvalidOperationException(checkedOne.Body + signed.Body);
    }

    /// <summary>Approves or refuses a request; what the last page said.</summary>
    public static async Task<Said> Decide(
        ConsoleUser chief,
        string request,
        string verdict,
        string remarks = "",
        params (string Name, string Value)[] more)
    {
        Said begun = await chief.Post(
            $"/requests/{request}/verdict", [("verdict", verdict), ("remarks", remarks), .. more]);
        return begun.Location.StartsWith("/sign/", StringComparison.Ordinal)
            ? await chief.Sign(begun.Location)
            : begun;
    }
}
