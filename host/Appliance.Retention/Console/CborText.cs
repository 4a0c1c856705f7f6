using System.Formats.Cbor;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Appliance.Retention.WebConsole;

/// <summary>
/// The bytes that are signed, in the diagnostic notation of RFC 8949 section 8, a key of the outer map a line: made
/// from the bytes themselves, so that nothing which is signed can be missing from it.
/// </summary>
internal static class CborText
{
    private static readonly JsonSerializerOptions Quoted = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Of(ReadOnlyMemory<byte> bytes)
    {
        var reader = new CborReader(bytes, CborConformanceMode.Canonical);
        var text = new StringBuilder();
        Write(reader, text, isOuter: true);
        return text.ToString();
    }

    private static void Write(CborReader reader, StringBuilder text, bool isOuter)
    {
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger:
                text.Append(reader.ReadUInt64().ToString(CultureInfo.InvariantCulture));
                break;
            case CborReaderState.ByteString:
                text.Append("h'").Append(Convert.ToHexStringLower(reader.ReadByteString())).Append('\'');
                break;
            case CborReaderState.TextString:
                text.Append(JsonSerializer.Serialize(reader.ReadTextString(), Quoted));
                break;
            case CborReaderState.Boolean:
                text.Append(reader.ReadBoolean() ? "true" : "false");
                break;
            case CborReaderState.Null:
                reader.ReadNull();
                text.Append("null");
                break;
            case CborReaderState.StartArray:
                WriteArray(reader, text);
                break;
            case CborReaderState.StartMap:
                WriteMap(reader, text, isOuter);
                break;
            default:
                throw new InvalidOperationException($"{reader.PeekState()} is in no paper");
        }
    }

    private static void WriteArray(CborReader reader, StringBuilder text)
    {
        text.Append('[');
        reader.ReadStartArray();
        for (bool first = true; reader.PeekState() != CborReaderState.EndArray; first = false)
        {
            text.Append(first ? "" : ", ");
            Write(reader, text, isOuter: false);
        }

        reader.ReadEndArray();
        text.Append(']');
    }

    private static void WriteMap(CborReader reader, StringBuilder text, bool isOuter)
    {
        text.Append('{');
        reader.ReadStartMap();
        for (bool first = true; reader.PeekState() != CborReaderState.EndMap; first = false)
        {
            text.Append(first ? "" : ",").Append(isOuter ? "\n  " : first ? "" : " ");
            Write(reader, text, isOuter: false);
            text.Append(": ");
            Write(reader, text, isOuter: false);
        }

        reader.ReadEndMap();
        text.Append(isOuter ? "\n}" : "}");
    }
}
