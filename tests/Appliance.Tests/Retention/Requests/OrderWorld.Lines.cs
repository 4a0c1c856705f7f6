namespace Appliance.Tests.Retention.Requests;

// Orders about a line, and what lies in the archive.
internal sealed partial class OrderWorld
{
    /// <summary>A request for what is kept of a line in the first four minutes, signed; its name.</summary>
    public string LineRequest(string line, int purpose, string? service = null) => FileRequest(new
    {
        jurisdiction = "GB",
        legal_basis = "RIPA 2000 s. 22(2)(b)",
        purpose,
        @case = "CP-18",
        statements = new Dictionary<string, string>
        {
            ["necessity"] = "to find whom the sender met",
            ["proportionality"] = "one line, four minutes",
            ["collateral_intrusion"] = "none: the line is the suspect's",
            ["approved_authority"] = "approved under the Act",
            ["no_notification"] = "it would warn the sender",
        },
        offence = new { name = "threats to kill", serious = true, sentence_years = 10 },
        lines = new[] { line },
        services = service is null ? [] : new[] { service },
        from = "2024-10-04T00:00Z",
        to = "2024-10-04T00:04Z",
        expires = "2024-10-20T00:00Z",
    });

    /// <summary>Asks under an order of its own which addresses a line had in those minutes; the answer.</summary>
    public string AddressesOf(string line, string from = "2024-10-04T00:00Z")
    {
        string request = LineRequest(line, 1);
        Approve(request);
        return Succeed(
            "addresses-of", line, "--data", Data, "--socket", Socket, "--request", request, "--from", from, "--to",
            "2024-10-04T00:04Z", "--json");
    }

    /// <summary>The bytes of each batch in the archive, by name.</summary>
    public byte[][] StoredBatches() =>
    [
        .. Directory.GetFiles(Store.Archive, "*.batch", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(System.IO.File.ReadAllBytes),
    ];
}
