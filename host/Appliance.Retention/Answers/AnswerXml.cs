using System.Xml;

namespace Appliance.Retention.Answers;

/// <summary>
/// An answer as XML after the network access part of ETSI TS 102 657. Elements of its namespace are only those that
/// were seen in public definitions or deliveries of it; everything else, and how they are nested below the record, is
/// in a namespace of our own, so that a reader of either can tell what to rely on. README.md lists both.
/// <code>
///  RetainedDataMessage
///    retainedDataHeader            requestID/requestNumber, timeStamp is left to who delivers
///    a:answer                      one a reading: word, reason, what was asked, covered or not
///      a:notCovered, a:note
///    ResponseRecord                one a row of the answer
///      recordNumber
///      recordPayload/a:networkAccessRecord/naServiceUsage
///        naAccessTime, a:interval (startTime, endTime), a:translation, a:contact, a:proof
///        a:device/naDevice         naDeviceId, subscriberID
/// </code>
/// </summary>
internal sealed class AnswerXml(TextWriter output, string request)
{
    public const string EtsiNamespace = "http://uri.etsi.org/02657/v1.28.1#/RetainedData";
    public const string OwnNamespace = "urn:appliance:answer:1";

    private const string NotChecked =
        " After ETSI TS 102 657, network access. Not checked against its schema: the order and nesting of elements, "
        + "mandatory fields of the header (countryCode, authorisedOrganisationID, cSPID, timeStamp), and everything "
        + "in the namespace " + OwnNamespace + ". Times of the ETSI namespace are cut to whole seconds; the exact "
        + "ones stand beside them. ";

    private static readonly string[] RecordKinds = ["flow", "block", "address", "service", "use"];
    private static readonly string[] Translation =
        ["rank", "realm", "inside_ip", "inside_port", "proto", "activity", "overlap", "fit", "attribution",
        "evidence_bits", "candidates"];

    private static readonly string[] Contact =
        ["rem_ip", "rem_port", "service", "lookup", "flows", "pkts_up", "pkts_down", "bytes_up", "bytes_down"];

    private static readonly string[] Times = ["start", "last", "end", "bound_us"];
    private static readonly string[] Proof = ["device", "flow_id", "record", "batch"];
    private static readonly string[] Head = ["reason", "asked", "utc_from", "utc_to", "line"];
    private static readonly string[] GapFields = ["start", "end", "cause", "leg", "where", "device"];

    /// <summary>Writes a document of all rows.</summary>
    public void Write(IReadOnlyList<AnswerRow> rows)
    {
        using var text = new StringWriter { NewLine = "\n" };
        using (XmlWriter xml = XmlWriter.Create(
            text, new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            xml.WriteComment(NotChecked);
            xml.WriteStartElement("rd", "RetainedDataMessage", EtsiNamespace);
            xml.WriteAttributeString("xmlns", "a", null, OwnNamespace);
            WriteHeader(xml);
            foreach (IGrouping<string, AnswerRow> reading in rows.GroupBy(row => row["reading"]))
            {
                WriteAnswer(xml, [.. reading]);
            }

            int number = 0;
            foreach (AnswerRow row in rows.Where(row => RecordKinds.Contains(row["kind"])))
            {
                WriteRecord(xml, row, ++number);
            }

            xml.WriteEndElement();
        }

        output.Write("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        output.WriteLine(text);
    }

    private void WriteHeader(XmlWriter xml)
    {
        Begin(xml, "retainedDataHeader");
        Begin(xml, "requestID");
        Etsi(xml, "requestNumber", request);
        if (request.Length == 0)
        {
            xml.WriteElementString("a", "lab", OwnNamespace, "true");
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WriteAnswer(XmlWriter xml, List<AnswerRow> rows)
    {
        AnswerRow head = rows[0];
        xml.WriteStartElement("a", "answer", OwnNamespace);
        xml.WriteAttributeString("reading", head["reading"]);
        xml.WriteElementString("a", "word", OwnNamespace, head["answer"]);
        Own(xml, head, Head);
        List<AnswerRow> gaps = [.. rows.Where(row => row["kind"] == "gap")];
        xml.WriteElementString("a", "covered", OwnNamespace, gaps.Count == 0 ? "true" : "false");
        foreach (AnswerRow gap in gaps)
        {
            xml.WriteStartElement("a", "notCovered", OwnNamespace);
            Own(xml, gap, GapFields);
            xml.WriteEndElement();
        }

        foreach (AnswerRow near in rows.Where(row => row["kind"] is "before" or "after"))
        {
            xml.WriteStartElement("a", near["kind"], OwnNamespace);
            Own(xml, near, ["line", "proto", .. Times, .. Proof]);
            xml.WriteEndElement();
        }

        foreach (AnswerRow note in rows.Where(row => row["kind"] == "note"))
        {
            Own(xml, note, ["note"]);
        }

        xml.WriteEndElement();
    }

    private static void WriteRecord(XmlWriter xml, AnswerRow row, int number)
    {
        Begin(xml, "ResponseRecord");
        Etsi(xml, "recordNumber", FormattableString.Invariant($"{number}"));
        Begin(xml, "recordPayload");
        xml.WriteStartElement("a", "networkAccessRecord", OwnNamespace);
        xml.WriteAttributeString("kind", row["kind"]);
        xml.WriteAttributeString("reading", row["reading"]);
        Begin(xml, "naServiceUsage");
        Etsi(xml, "naAccessTime", Seconds(row["start"]));
        xml.WriteStartElement("a", "interval", OwnNamespace);
        Etsi(xml, "startTime", Seconds(row["start"]));
        Etsi(xml, "endTime", Seconds(row["end"].Length > 0 ? row["end"] : row["last"]));
        Own(xml, row, Times);
        xml.WriteEndElement();
        WriteTranslation(xml, row);
        Group(xml, "contact", row, Contact);
        Group(xml, "proof", row, Proof);
        WriteDevice(xml, row);
        for (int open = 0; open < 4; open++)
        {
            xml.WriteEndElement();
        }
    }

    private static void WriteTranslation(XmlWriter xml, AnswerRow row)
    {
        xml.WriteStartElement("a", "translation", OwnNamespace);
        if (row["pub_ip"].Length > 0)
        {
            xml.WriteStartElement("a", "external", OwnNamespace);
            Etsi(xml, "iPTextAddress", row["pub_ip"]);
            Etsi(xml, "portNumber", row["port_first"]);
            bool isRange = row["port_last"] != row["port_first"];
            if (isRange)
            {
                Own(xml, row, ["port_last"]);
            }

            // The place that the specification gives to a port that is used towards several destinations.
            if (row["rem_ip"].Length > 0 && row["rem_port"].Length > 0)
            {
                Begin(xml, "destinationAddress");
                Etsi(xml, "iPTextAddress", row["rem_ip"]);
                xml.WriteEndElement();
                Etsi(xml, "destinationPort", row["rem_port"]);
            }

            xml.WriteEndElement();
        }

        Own(xml, row, Translation);
        xml.WriteEndElement();
    }

    private static void WriteDevice(XmlWriter xml, AnswerRow row)
    {
        xml.WriteStartElement("a", "device", OwnNamespace);
        Begin(xml, "naDevice");
        Etsi(xml, "naDeviceId", row["equipment"]);
        Etsi(xml, "subscriberID", row["subscriber"]);
        xml.WriteEndElement();
        Own(xml, row, ["line", "access"]);
        xml.WriteEndElement();
    }

    private static void Group(XmlWriter xml, string name, AnswerRow row, string[] columns)
    {
        if (columns.Any(column => row[column].Length > 0))
        {
            xml.WriteStartElement("a", name, OwnNamespace);
            Own(xml, row, columns);
            xml.WriteEndElement();
        }
    }

    private static void Begin(XmlWriter xml, string name) => xml.WriteStartElement("rd", name, EtsiNamespace);

    private static void Etsi(XmlWriter xml, string name, string text)
    {
        if (text.Length > 0)
        {
            xml.WriteElementString("rd", name, EtsiNamespace, text);
        }
    }

    private static void Own(XmlWriter xml, AnswerRow row, IEnumerable<string> columns)
    {
        foreach (string column in columns)
        {
            if (row[column].Length > 0)
            {
                xml.WriteElementString("a", column, OwnNamespace, row[column]);
            }
        }
    }

    // 2026-11-20T15:04:05.123456Z as deliveries have it: 20261120150405Z.
    private static string Seconds(string time) =>
        time.Length == 0 ? "" : string.Concat(time[..19].Where(char.IsAsciiDigit)) + "Z";
}
