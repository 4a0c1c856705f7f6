using System.Text;
using System.Text.Json.Nodes;
using Appliance.Evidence;
using Appliance.Tests.Retention.Requests;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>
/// Packs of answers whose lines are named by sessions, and by corrections of them; and what an insider with every key
/// makes of them. Each with what fails in it, nothing where it holds.
/// </summary>
internal sealed class LinePacks(EvidenceWorld world) : IDisposable
{
    private readonly PackForge forge = new(world);

    /// <summary>A correction that lies between the begins of the <see cref="TwoFlows"/>.</summary>
    public static string[] BetweenTwoFlows =>
    [
        "--from", "2024-10-04T00:01:37Z", "--to", "2024-10-04T00:02:30Z", "--session", Corrected.Session, "--line",
        "line-8",
    ];

    /// <summary>Rows in which line-7 is named by a session, and has a block; line-9 has others.</summary>
    public static void Rows(RowBatch rows, long second)
    {
        Corrected.Sessions(rows, second);
        if (second != 0)
        {
            return;
        }

        SessionRow other = rows.Sessions[0];
        other.Subscriber = rows.Strings.Add("line-9");
        other.Address = TestBox.Address("100.64.0.9");
        rows.Sessions.Add(other);
        foreach (string inside in (string[])["100.64.0.1", "100.64.0.9"])
        {
            rows.Blocks.Add(new BlockRow
            {
                Realm = rows.Strings.Add("cgn"),
                InsideAddress = TestBox.Address(inside),
                PublicAddress = TestBox.Address("192.0.2.1"),
                PortFirst = 2048,
                PortLast = 2111,
                Start = TestBox.At(1),
                End = TestBox.At(3),
                Source = rows.Strings.Add("syslog"),
            });
        }
    }

    /// <summary>Rows in which line-7 is named by a session whose end is not known.</summary>
    public static void OpenSession(RowBatch rows, long second)
    {
        Corrected.Sessions(rows, second);
        if (second == 0)
        {
            rows.Sessions[0] = Corrected.Record(rows, default);
        }
    }

    /// <summary>Rows in which the port of second 100 has two flows that name nobody, of seconds 94 and 101.</summary>
    public static void TwoFlows(RowBatch rows, long second)
    {
        Corrected.Sessions(rows, second);
        if (second == 100)
        {
            FlowRow flow = rows.Flows[0];
            flow.Start = TestBox.At(101);
            flow.SubscriberPort++;
            rows.Flows.Add(flow);
            flow = rows.Flows[0];
            flow.Start = TestBox.At(94);
            rows.Flows[0] = flow;
        }
    }

    public void Dispose() => forge.Dispose();

    /// <summary>The pack that was made last, and what was altered in its answer, by what is to fail.</summary>
    public IEnumerable<(string Fails, byte[] Pack)> OfLine() =>
    [
        ("", world.Pack),
        ("claims", WithAnswer(answer => answer["named_by"] = new JsonArray())),
        ("claims", WithAnswer(answer => answer["question"]!["line"] = "line-9")),
        ("claims", WithAnswer(answer => answer["named_by"]![0]!["record"] = "1-0-2")),
    ];

    /// <summary>The pack that was made last, and one under an order that nobody approved.</summary>
    public IEnumerable<(string Fails, byte[] Pack)> OfUnapproved() =>
    [
        ("", world.Pack),
        ("approval", forge.WithFiles(files => files[PackNames.Approvals] = ByteList.Encode([]))),
    ];

    /// <summary>
    /// The pack that was made last, and the same with a correction that gives the session to another line after the
    /// first of <see cref="TwoFlows"/> had begun, and before the second did.
    /// </summary>
    public IEnumerable<(string Fails, byte[] Pack)> OfTwoFlows()
    {
        byte[] paper = File.ReadAllBytes(Corrected.Sign(world.Orders, BetweenTwoFlows));
        return
        [
            ("", world.Pack),
            ("claims", forge.WithFiles(files => files[PackNames.Corrections] = ByteList.Encode([paper]))),
        ];
    }

    /// <summary>
    /// The pack of a candidate whose line a correction of a whole stretch took: without the paper, with one that half
    /// of the two signed, and with the line in the answer all the same.
    /// </summary>
    public IEnumerable<(string Fails, byte[] Pack)> OfWithdrawn() =>
    [
        ("", world.Pack),
        ("claims", forge.WithFiles(files => files.Remove(PackNames.Corrections))),
        ("claims", forge.WithFiles(files => files[PackNames.Corrections][^1] ^= 1)),
        ("claims", WithAnswer(answer =>
        {
            JsonNode candidate = answer["candidates"]![0]!;
            candidate["subscriber"] = "line-7";
            candidate["line"] = "line-7";
        })),
    ];

    private byte[] WithAnswer(Action<JsonNode> change)
    {
        JsonNode answer = JsonNode.Parse(File.ReadAllText(world.Answer))!;
        change(answer);
        return forge.WithLog(answer: Encoding.UTF8.GetBytes(answer.ToJsonString()));
    }
}
