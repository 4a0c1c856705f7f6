using System.Buffers.Binary;
using System.Text;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>
/// Which values' filter tokens a question may have: those that its order names, and inside addresses, which only the
/// records that were released can have told.
/// </summary>
internal static class TokenScope
{
    /// <summary>Null where the token of this value (field number, then value) may be made.</summary>
    public static OrderRefusal? Judge(JudgedQuestion judged, ReadOnlySpan<byte> value)
    {
        (Request request, AskedQuestion question) = (judged.Order.Request, judged.Question);
        if (value.Length is 0 or > Token.BytesMax)
        {
            return new OrderRefusal("tokens.value", "a value is none that filters hold");
        }

        var field = (TokenField)value[0];
        bool allowed = field switch
        {
            TokenField.PublicEndpoint when judged.Lines is { } lines =>
                value.Length >= 19 && lines.Asks(AddressOf(value), PortOf(value)),
            TokenField.PublicAddress or TokenField.BlockAddress when judged.Lines is { } lines =>
                value.Length >= 17 && lines.Asks(AddressOf(value)),
            TokenField.Service when judged.Lines is { } lines =>
                lines.AsksService(Encoding.UTF8.GetString(value[1..])),
            TokenField.PublicEndpoint or TokenField.PublicAddress or TokenField.BlockAddress =>
                IsAsked(question.Address, value)
                    && (question.Port == 0 || PortOf(value) is 0 || PortOf(value) == question.Port),
            TokenField.RemoteAddress => IsAsked(question.Remote, value),
            TokenField.Service => question.Service.Length > 0
                && Narrowing.IsNameOf(Encoding.UTF8.GetString(value[1..]), question.Service),
            TokenField.Subscriber => request.Purpose == 1 || Encoding.UTF8.GetString(value[1..]) == question.Line,
            TokenField.InsideAddress or TokenField.InsidePrefix => true,
            _ => false,
        };
        return allowed ? null : new OrderRefusal("tokens.scope", "the order does not name what a filter is asked for");
    }

    /// <summary>The tokens of all values with a batch's filter keys by section, 4 bytes each; 4 zero bytes without a
    /// key.</summary>
    public static byte[] Make(byte[][] values, byte[]?[] filterKeys)
    {
        byte[] tokens = new byte[values.Length * FilterTokens.Size];
        for (int i = 0; i < values.Length; i++)
        {
            byte section = Token.SectionOf((TokenField)values[i][0]);
            if (filterKeys[section] is { } key)
            {
                BinaryPrimitives.WriteUInt32BigEndian(
                    tokens.AsSpan(i * FilterTokens.Size), FilterTokens.Hash(key, values[i]));
            }
        }

        return tokens;
    }

    private static bool IsAsked(string text, ReadOnlySpan<byte> value) =>
        value.Length >= 17 && Ip.TryParse(text, out Ip asked) && AddressOf(value) == asked;

    private static Ip AddressOf(ReadOnlySpan<byte> value) => new(
        BinaryPrimitives.ReadUInt64BigEndian(value[1..]), BinaryPrimitives.ReadUInt64BigEndian(value[9..]));

    private static ushort PortOf(ReadOnlySpan<byte> value) =>
        value.Length >= 19 ? BinaryPrimitives.ReadUInt16BigEndian(value[17..]) : (ushort)0;
}
