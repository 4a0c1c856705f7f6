using Appliance.Evidence;
using Appliance.Retention.Questions;
using Appliance.Wire;
using static System.FormattableString;

namespace Appliance.Retention.Holds;

/// <summary>A proven record of a hold in one line for people, from the very bytes that the proof is about.</summary>
internal static class HeldRowText
{
    public static string Of(RecordProof proof)
    {
        if (DisclosedRow.TryRead(proof.BatchId, proof.Row, proof.Canonical) is not { } row)
        {
            return "a record of a kind that this version cannot print; see it as hexadecimal with --json";
        }

        return (row.Section, row.Kind) switch
        {
            (SectionPlain.ContactNumber, _) => Contact(row),
            (_, RecordKind.Session) => Invariant(
                $"{Line(row)} held {row.Realm} {row.Inside}/{row.PrefixLength}, {Times(row)}"),
            (_, RecordKind.Block) => Invariant(
                $"{Line(row)} had {row.Public} ports {row.PublicPort} to {row.PortLast}, {Times(row)}"),
            _ => Invariant($"{Line(row)} at {row.Realm} {row.Inside} port {row.InsidePort} was {row.Public} port ")
                + Invariant($"{row.PublicPort}, protocol {row.Protocol}, {Times(row)}, bound ")
                + (row.BoundUs is { } bound ? Invariant($"{bound} us") : "not known"),
        };
    }

    private static string Contact(DisclosedRow row)
    {
        string name = row.Service.Length == 0 ? "no name seen" : row.Service;
        return Invariant($"contacted {row.Remote} port {row.RemotePort}, {name}");
    }

    private static string Line(DisclosedRow row) =>
        row.Subscriber.Length == 0 ? "line not named" : $"line {row.Subscriber}";

    private static string Times(DisclosedRow row) =>
        $"{UtcText.Of(row.Start)} to {(row.End == default ? "open" : UtcText.Of(row.End))}";
}
