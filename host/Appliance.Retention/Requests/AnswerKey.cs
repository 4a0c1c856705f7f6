using System.Security.Cryptography;
using System.Text;
using Appliance.Retention.Answers;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>
/// Which key an answer is sealed to, so that whoever carries it cannot read it: the one that the request names, else
/// the requester's own. Plain answers need a lab, or a reason that requester and approver both signed.
/// </summary>
internal static class AnswerKey
{
    /// <summary>Id of the statement why an answer may leave the house unsealed.</summary>
    public const string PlainStatement = "plain_output";

    /// <summary>Whether answers under the order may be plain.</summary>
    public static bool IsPlain(Order order, bool isLab)
    {
        foreach (RequestStatement statement in order.Request.Statements)
        {
            if (statement.Id == PlainStatement && !string.IsNullOrWhiteSpace(statement.Text))
            {
                return true;
            }
        }

        return isLab;
    }

    /// <summary>The key; null where the requester signs with an authenticator, which opens nothing.</summary>
    public static PublicKey? Of(Order order) =>
        order.Request.SealTo ?? (order.Requester.RelyingParty.Length == 0 ? order.Requester.Key : null);

    /// <summary>Null where answers can be handed over; asked before anything is opened.</summary>
    public static OrderRefusal? Judge(Order order, bool isLab) => IsPlain(order, isLab) || Of(order) is not null
        ? null
        : new OrderRefusal(
            "answer.key", "there is no key to seal the answer to; the request must name one as seal_to");

    /// <summary>The answer as it may leave.</summary>
    public static string Seal(string answer, Order order, bool isLab, ulong nowUtcUs)
    {
        if (IsPlain(order, isLab))
        {
            return answer;
        }

        var header = new SealedHeader(
            SealedKind.Answer, Id16.New(RandomNumberGenerator.Fill), order.Request.Id, default, nowUtcUs);
        byte[] plain = Encoding.UTF8.GetBytes(answer);
        return SealedText.Of(SealedFile.Seal(header, plain, Of(order)!, RandomNumberGenerator.Fill));
    }
}
