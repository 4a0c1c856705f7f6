using System.Text;
using System.Text.Json.Nodes;
using Appliance.Evidence;
using Appliance.Retention.Archive;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>
/// A person asks for what is kept of their own line, outside the lab: the answer is sealed to their key, they open it,
/// and the pack is made of it. Behind the same public address is another customer, with whom they also speak.
/// </summary>
internal sealed class OwnPack : IDisposable
{
    public const string Other = "line-of-somebody-else";
    public const string OtherInside = "100.64.77.78";
    public const string OtherPublic = "192.0.2.177";
    private const string OtherService = "private.example.net";

    public OwnPack()
    {
        World = new EvidenceWorld(addMore: Rows, isLive: true);
        World.Orders.NewKey("holder");
        string[] words = World.Orders.EnrolWords("holder", "requester", "");
        words[Array.IndexOf(words, "police")] = "data_subject";
        World.Orders.SignBoth("holder", words);
        World.Orders.StartWarden();
        World.Vouch();
        string request = World.Orders.FileRequest(Draft, "holder");
        (int approved, string why, _) = World.Orders.Approve(request);
        if (approved != 0)
        {
            throw new InvalidOperationException(why);
        }

        SealedAnswer = World.Succeed(World.LineWords("subject-access", "line-1", request));
        File.WriteAllText(World.Orders.File("sealed.txt"), SealedAnswer);
        World.Succeed(
            "open", World.Orders.File("sealed.txt"), "--key", World.Orders.File("holder.json"), "--out", World.Answer);
        World.MakeOf(request);
    }

    public EvidenceWorld World { get; }

    /// <summary>The answer as it left the house.</summary>
    public string SealedAnswer { get; }

    /// <summary>Whatever is of the other customer, as text and as bytes.</summary>
    public static IEnumerable<byte[]> Secrets() =>
    [
        .. new[] { Other, OtherInside, OtherPublic, OtherService }.Select(Encoding.UTF8.GetBytes),
        [100, 64, 77, 78], [192, 0, 2, 177],
    ];

    private static object Draft => new
    {
        jurisdiction = "GB",
        legal_basis = "Data Protection Act 1998 s. 7",
        purpose = 4,
        @case = "SA-1",
        statements = new Dictionary<string, string>
        {
            ["identity_checked"] = "passport seen at the shop", ["line_held"] = "contract since 2019",
        },
        lines = new[] { "line-1" },
        from = "2024-10-04T00:00Z",
        to = "2024-10-04T00:04Z",
        expires = "2024-10-20T00:00Z",
    };

    /// <summary>An insider adds the proof of whom a flow contacted, and the answer says so.</summary>
    public byte[] WithOtherCustomer()
    {
        using var forge = new PackForge(World);
        JsonNode answer = JsonNode.Parse(File.ReadAllText(World.Answer))!;
        foreach (JsonNode? record in answer["records"]!.AsArray())
        {
            record!["contact"] = true;
        }

        byte[] logged = forge.WithLog(answer: Encoding.UTF8.GetBytes(answer.ToJsonString()));
        PackArchive.TryRead(logged, out SortedDictionary<string, byte[]> files, out _);
        ByteList.TryDecode(files[PackNames.Records], out ReadOnlyMemory<byte>[] records);
        files[PackNames.Records] = ByteList.Encode(
            [.. records, .. ContactProofs().Select(proof => new ReadOnlyMemory<byte>(proof))]);
        return World.Resealed(files);
    }

    public void Dispose() => World.Dispose();

    private static void Rows(RowBatch rows, long second)
    {
        if (second == 100)
        {
            // One flow to the other customer by way of the NAT, and one of theirs.
            FlowRow hairpin = rows.Flows[0];
            hairpin.Translation = Translation.Hairpin;
            hairpin.SubscriberPort = 5001;
            hairpin.PublicPort = 1101;
            hairpin.RemoteAddress = TestBox.Address(OtherPublic);
            hairpin.Service = 0;
            FlowRow other = rows.Flows[0];
            other.Subscriber = rows.Strings.Add(Other);
            other.SubscriberAddress = TestBox.Address(OtherInside);
            other.PublicPort = 1102;
            other.Service = rows.Strings.Add(OtherService);
            rows.Flows.Add(hairpin);
            rows.Flows.Add(other);
        }
    }

    /// <summary>Proofs of the contact rows of the hairpin flow, as whoever has a day key can make them.</summary>
    private List<byte[]> ContactProofs()
    {
        TestBox box = World.Orders.Box;
        var rules = new ReaderRules(box.Keys.Device, default, int.MaxValue);
        CertifiedEpoch.TryVerify(box.LastStatement, box.Keys.DeviceKey, rules, out CertifiedEpoch? epoch);
        BatchCheck.TryVerify(World.Orders.Batches[1].Bytes, _ => epoch, rules, out VerifiedBatch? batch);
        RowBatch rows = new();
        var decoder = new RowDecoder();
        var opener = new BatchOpener(box.Keys.Recipients, (section, columns) =>
            decoder.TryDecode(section, columns.Span, rows, out _) ? new RowCanon().Write(rows, section) : null);
        opener.TryOpen(batch!, SectionPlain.AttributionNumber, out _);
        opener.TryOpen(batch!, SectionPlain.ContactNumber, out OpenedSection? opened);
        int place = rows.Flows.FindIndex(row => row.Translation == Translation.Hairpin);
        return [.. RecordProof.Build(batch!, opened!, [place])];
    }
}
