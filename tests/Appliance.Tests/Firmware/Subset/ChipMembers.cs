using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Appliance.Tests.Firmware.Subset;

/// <summary>
/// Every public type and member of an image, one line each, with all that a caller depends on: kind, static or not,
/// types of the parameters and of the result, values of constants.
/// </summary>
internal sealed class ChipMembers
{
    private readonly MetadataReader reader;
    private readonly SortedSet<string> rows = new(StringComparer.Ordinal);

    private ChipMembers(MetadataReader reader)
    {
        this.reader = reader;
    }

    /// <summary>The lines, in ordinal order.</summary>
    public static SortedSet<string> Of(byte[] image)
    {
        using PEReader file = new(ImmutableArray.Create(image));
        ChipMembers members = new(file.GetMetadataReader());
        foreach (TypeDefinitionHandle type in members.reader.TypeDefinitions)
        {
            members.Type(members.reader.GetTypeDefinition(type));
        }

        return members.rows;
    }

    private void Type(TypeDefinition type)
    {
        if ((type.Attributes & TypeAttributes.VisibilityMask) != TypeAttributes.Public)
        {
            return;
        }

        string name = $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
        string kind = Kind(type);
        rows.Add($"{name}: {kind}");
        foreach (FieldDefinition field in type.GetFields().Select(reader.GetFieldDefinition))
        {
            if ((field.Attributes & FieldAttributes.FieldAccessMask) == FieldAttributes.Public && kind != "delegate")
            {
                rows.Add($"{name}.{reader.GetString(field.Name)}: {Modifier(field)}{Value(field)}");
            }
        }

        foreach (MethodDefinition method in type.GetMethods().Select(reader.GetMethodDefinition))
        {
            MethodAttributes access = method.Attributes & MethodAttributes.MemberAccessMask;
            if (access == MethodAttributes.Public && kind != "delegate")
            {
                MethodSignature<string> signature = method.DecodeSignature(new TypeNames(), null);
                string parameters = string.Join(", ", signature.ParameterTypes);
                rows.Add($"{name}.{reader.GetString(method.Name)}: {(signature.Header.IsInstance ? "" : "static ")}"
                    + $"{signature.ReturnType} ({parameters})");
            }
        }
    }

    private string Kind(TypeDefinition type)
    {
        if (type.Attributes.HasFlag(TypeAttributes.Interface))
        {
            return "interface";
        }

        return type.BaseType.IsNil ? "class" : Name(type.BaseType) switch
        {
            "System.Enum" => "enum",
            "System.ValueType" => "struct",
            "System.MulticastDelegate" => "delegate",
            _ => "class",
        };
    }

    private string Name(EntityHandle type) => type.Kind == HandleKind.TypeReference
        ? new TypeNames().GetTypeFromReference(reader, (TypeReferenceHandle)type, 0)
        : type.Kind == HandleKind.TypeDefinition
            ? new TypeNames().GetTypeFromDefinition(reader, (TypeDefinitionHandle)type, 0) : "";

    private string Modifier(FieldDefinition field) =>
        $"{(field.Attributes.HasFlag(FieldAttributes.Static) ? "static " : "")}"
        + field.DecodeSignature(new TypeNames(), null);

    private string Value(FieldDefinition field)
    {
        if (field.GetDefaultValue().IsNil)
        {
            return "";
        }

        Constant constant = reader.GetConstant(field.GetDefaultValue());
        BlobReader blob = reader.GetBlobReader(constant.Value);
        return FormattableString.Invariant($" = {blob.ReadConstant(constant.TypeCode)}");
    }
}
